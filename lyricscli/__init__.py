"""Song lyrics from a lyrics-generation API in one blocking command."""

__version__ = "0.1.0"
