"""What can be known of a song from its text alone: pure functions."""
