"""The full-text index: what it holds of a task, and how a search is asked of it."""

import re
import sqlite3

_COLLECTED = """
    INSERT OR REPLACE INTO search (rowid, prompt, titles, texts, notes)
    SELECT row, prompt,
        (SELECT coalesce(group_concat(title, char(10)), '') FROM (
            SELECT title FROM variants WHERE task_row = tasks.row
            UNION ALL SELECT title FROM versions WHERE task_row = tasks.row)),
        (SELECT coalesce(group_concat(text, char(10)), '') FROM (
            SELECT text FROM variants WHERE task_row = tasks.row
            UNION ALL SELECT text FROM versions WHERE task_row = tasks.row)),
        (SELECT coalesce(group_concat(note, char(10)), '') FROM (
            SELECT note FROM reviews WHERE task_row = tasks.row
            UNION ALL SELECT tag FROM tags WHERE task_row = tasks.row))
    FROM tasks WHERE row = ?
"""
_TERM = re.compile(r'"([^"]*)"?|([^\s"]+)')


def index(database: sqlite3.Connection, row: int) -> None:
    """Make a task found by its prompt, titles, texts, edited versions, notes and tags as they are now."""
    database.execute(_COLLECTED, (row,))


def expression(query: str) -> str:
    """Turn what a person types into an FTS5 expression that always parses.

    Every word must be there, in any order and as the beginning of a word; words in double quotes stand
    together exactly. Nothing else has a meaning (https://www.sqlite.org/fts5.html#full_text_query_syntax).
    """
    terms = []
    for phrase, word in _TERM.findall(query.replace("\0", " ")):
        if phrase.strip():
            terms.append(f'"{phrase}"')
        elif word:
            terms.append(f'"{word}" *')
    return " ".join(terms) or '""'


def phrase(words: str) -> str:
    """Turn words into an FTS5 expression for just them, in this order."""
    return '"' + words.replace('"', " ").replace("\0", " ") + '"'
