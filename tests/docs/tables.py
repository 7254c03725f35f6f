"""Write the tables of the README and its topics anew from the code: `python tests/docs/tables.py`.

Each stands between `<!-- NAME -->` and `<!-- /NAME -->`; a test holds that they are current.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from lyricscli.cli import app as cli
from lyricscli.config import settings
from lyricscli.errors import ExitCode, Reason

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "lyricscli" / "cli" / "topics").glob("*.md")))


def commands() -> Iterator[tuple[str, ...]]:
    """Yield the commands by panel."""
    yield "", "command", "does"
    for panel in cli.PANELS:
        entries = [entry for entry in cli.COMMANDS if entry.panel == panel]
        for entry in entries:
            yield (panel if entry is entries[0] else ""), f"`{entry.name}`", entry.help


def exit_codes() -> Iterator[tuple[str, ...]]:
    """Yield the exit codes."""
    yield "code", "meaning"
    for code in ExitCode:
        yield str(code.value), code.meaning


def reasons() -> Iterator[tuple[str, ...]]:
    """Yield the reasons of failures."""
    yield "reason", "exit code", "advice"
    for reason in Reason:
        yield f"`{reason}`", str(reason.exit_code.value), reason.advice


def setting_keys() -> Iterator[tuple[str, ...]]:
    """Yield the settings."""
    yield "setting", "environment", "default", "meaning"
    for key in settings.KEYS.values():
        yield (
            f"`{key.name}`",
            f"`{key.variable}`",
            f"`{key.default}`" if key.default else "",
            key.help,
        )


def secrets() -> Iterator[tuple[str, ...]]:
    """Yield the keys and tokens."""
    yield "secret", "environment"
    for provider, variable in settings.KEY_VARIABLES.items():
        yield f"key of {provider}", f"`{variable}`"
    yield "key of the provider in use", "`LYRICS_API_KEY`"
    for name, variable in settings.OTHER_SECRETS.items():
        yield f"{name} {'token' if name == settings.NGROK else 'key'}", f"`{variable}`"


TABLES = {
    "commands": commands,
    "exit codes": exit_codes,
    "reasons": reasons,
    "settings": setting_keys,
    "secrets": secrets,
}


def renewed(page: str) -> str:
    """Return a page with the tables it has as the code has them now."""
    for name, rows in TABLES.items():
        head, *body = ("| " + " | ".join(cells) + " |" for cells in rows())
        rule = "|" + "---|" * (head.count("|") - 1)
        table = "\n".join([f"<!-- {name} -->", head, rule, *body, f"<!-- /{name} -->"])
        place = rf"<!-- {name} -->.*?<!-- /{name} -->"
        page = re.sub(place, lambda _, table=table: table, page, flags=re.DOTALL)
    return page


if __name__ == "__main__":
    for file in PAGES:
        file.write_text(renewed(file.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
