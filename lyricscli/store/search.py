"""The full-text index: what it holds of a task, and how a search is asked of it."""

import re

COLLECT = """
    INSERT OR REPLACE INTO search (rowid, prompt, titles, texts, notes)
    SELECT row, spaced(prompt),
        (SELECT spaced(coalesce(group_concat(title, char(10)), '')) FROM (
            SELECT title FROM variants WHERE task_row = tasks.row
            UNION ALL SELECT title FROM versions WHERE task_row = tasks.row)),
        (SELECT spaced(coalesce(group_concat(text, char(10)), '')) FROM (
            SELECT text FROM variants WHERE task_row = tasks.row
            UNION ALL SELECT text FROM versions WHERE task_row = tasks.row)),
        (SELECT spaced(coalesce(group_concat(note, char(10)), '')) FROM (
            SELECT note FROM reviews WHERE task_row = tasks.row
            UNION ALL SELECT tag FROM tags WHERE task_row = tasks.row))
    FROM tasks WHERE row = ?
"""
"""Makes a task found by its prompt, titles, texts, edited versions, notes and tags as they are now."""

_TERM = re.compile(r'"([^"]*)"?|([^\s"]+)')
# Chinese, Japanese, Thai, Lao, Burmese and Khmer put no spaces between words.
_UNSPACED = (  # compiled when first used, which takes longer than a stored song's page
    "[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0003ffff]"
)
_GAP = "\u200b"


def spaced(text: str) -> str:
    """Set the characters of scripts without spaces apart, by signs of no width; each is then a word."""
    return text if text.isascii() else re.sub(_UNSPACED, rf"{_GAP}\g<0>{_GAP}", text)


def unspaced(text: str) -> str:
    """Take those signs out again."""
    return text.replace(_GAP, "")


def expression(query: str) -> str:
    """Turn what a person types into an FTS5 expression that always parses.

    Every word must be there, in any order and as the beginning of a word, or inside a phrase that has no
    spaces; words in double quotes stand
    together exactly. Nothing else has a meaning (https://www.sqlite.org/fts5.html#full_text_query_syntax).
    """
    terms = []
    for phrase, word in _TERM.findall(query.replace("\0", " ")):
        if phrase.strip():
            terms.append(f'"{spaced(phrase)}"')
        elif word:
            terms.append(f'"{spaced(word)}" *')
    return " ".join(terms) or '""'


def phrase(words: str) -> str:
    """Turn words into an FTS5 expression for just them, in this order."""
    return '"' + spaced(words).replace('"', " ").replace("\0", " ") + '"'
