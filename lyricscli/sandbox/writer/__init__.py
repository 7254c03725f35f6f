"""A stand-in lyric writer: hand-written banks, proven in metre and rhyme; not the service's model."""
