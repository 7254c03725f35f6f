"""The man page, written from the same declarations as `--help`; `lyrics.1` beside this file is its text."""
