"""A stand-in lyric writer: hand-written banks, dealt by a seeded shuffle.

It is no model and is not the service's writer. It knows a few themes and tones and writes English only. The
tests prove every line of its banks against the CMU Pronouncing Dictionary (eight syllables, true rhymes), so
that nothing is looked up when a song is written. The prompt's own words appear in the title alone: their
metre is not known.
"""

from lyricscli.sandbox.writer.compose import APART, Draft, write
from lyricscli.sandbox.writer.language import notice

__all__ = ["APART", "Draft", "notice", "write"]
