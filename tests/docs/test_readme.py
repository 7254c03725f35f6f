"""The README and its topics: examples run, command lines are understood, tables are the code's."""

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

import pytest

from lyricscli.errors import Reason
from lyricscli.models import DeliveredBy, TaskStatus
from tests.docs.tables import PAGES, TABLES, renewed

ROOT = Path(__file__).parents[2]
TEXTS = {page.stem: page.read_text(encoding="utf-8") for page in PAGES}
EVERYTHING = "\n".join(TEXTS.values())
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
PROGRAMS = ("jq", "fzf", "curl", "xargs")
INSTALLING = ("lyrics", "Test it")
"""Headings of the blocks that install: other tests and `.ci/run` run those."""


class Block(NamedTuple):
    """Shell commands: under which heading, the how-manieth there, and why they are not run (or None)."""

    heading: str
    number: int
    text: str
    not_run: str | None


def blocks():
    """Yield the fenced sh blocks, with what the comment above one says of it."""
    heading, seen = "", 0
    pattern = r"^#+ (?P<heading>[^\n]+)$|(?:<!-- not run: (?P<why>.*?) -->\s*)?^ *```sh\n(?P<text>.*?)^ *```$"
    for found in re.finditer(pattern, EVERYTHING, re.MULTILINE | re.DOTALL):
        if found["heading"]:
            heading, seen = found["heading"], 0
        else:
            seen += 1
            yield Block(heading, seen, dedent(found["text"]), found["why"])


BLOCKS = list(blocks())


def names(block):
    return f"{block.heading} {block.number}"


@pytest.fixture(scope="module")
def library(lyrics_at, tmp_path_factory):
    """Return a directory with a library of two songs."""
    lyrics = lyrics_at(tmp_path_factory.mktemp("library"), {})
    for prompt in ("a lighthouse keeper in love", "a robot by the harbour"):
        assert lyrics("generate", prompt).returncode == 0
    return lyrics.home / "lyrics"


@pytest.fixture
def shell(lyrics, library):
    """Say how to start bash at home, with `lyrics` on PATH and two songs in the library."""
    bin_ = lyrics.home / "bin"
    bin_.mkdir()
    program = bin_ / "lyrics"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m lyricscli "$@"\n')
    program.chmod(0o755)
    shutil.copytree(library, lyrics.home / "lyrics")
    environment = lyrics.environment(PATH=f"{bin_}{os.pathsep}{os.environ['PATH']}")
    return {"args": ["-euo", "pipefail", "-c"], "env": environment, "cwd": lyrics.home}


def test_there_are_blocks_to_run_and_each_that_is_not_says_why():
    run = [block for block in BLOCKS if block.not_run is None and block.heading not in INSTALLING]
    assert len(run) >= 8
    assert all(block.not_run for block in BLOCKS if block not in run and block.heading not in INSTALLING)


@pytest.mark.parametrize("block", [one for one in BLOCKS if one.heading not in INSTALLING], ids=names)
def test_a_block_of_the_readme_runs(shell, block):
    if block.not_run is not None:
        pytest.skip(block.not_run)
    for program in ("bash", *PROGRAMS):
        if re.search(rf"\b{program}\b", block.text) and shutil.which(program) is None:
            pytest.skip(f"{program} is not installed here")
    with socket.create_server(("127.0.0.1", 0)) as free:
        text = block.text.replace("8787", str(free.getsockname()[1]))
    if "fzf" in block.text:
        output = at_terminal(text, shell)
    else:
        done = subprocess.run(
            ["bash", *shell["args"], text],
            env=shell["env"],
            cwd=shell["cwd"],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        output = done.stdout
    assert "jq" not in block.text or "null" not in output


def test_no_example_makes_a_file_name_of_what_came_from_outside():
    """An id is the service's word: it may hold a slash, or begin with a hyphen."""
    named = r"(?:--output|-o|>) *\S*[{$]\S*"
    assert [found for block in BLOCKS for found in re.findall(named, block.text)] == []


def at_terminal(text, shell):
    """Run a script that asks at the terminal, and answer with the return key."""
    pexpect = pytest.importorskip("pexpect", reason="a pseudo-terminal needs POSIX")
    child = pexpect.spawn(
        "bash",
        [*shell["args"], text],
        env={**shell["env"], "TERM": "xterm"},
        cwd=str(shell["cwd"]),
        encoding="utf-8",
        timeout=60,
        dimensions=(24, 100),
    )
    child.expect("2/2")
    child.send("\r")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert re.search(r"[0-9a-f]{32}\s*$", child.before)
    return child.before


def command_lines():
    """Yield every `lyrics …` command line: of the blocks, and of the text between backticks."""
    for block in BLOCKS:
        for line in block.text.splitlines():
            if not line.startswith("printf"):
                plain = re.sub(r"\s+(#|\d?[<>]).*", "", line)
                plain = re.sub(r"xargs (.+)", r"\1 last", plain)  # which adds what it reads
                yield from re.findall(r"(?<![\w./-])lyrics [^|;&<>)]*[^|;&<>)\s]", plain)
    for line in re.search(r"```crontab\n(.*?)```", EVERYTHING, re.DOTALL)[1].splitlines():
        yield re.search(r"lyrics [^>(]*[^>(\s]", line)[0]
    yield from re.findall(r"`(lyrics [^`]+)`", EVERYTHING + CHANGELOG)


@pytest.mark.parametrize("line", sorted(set(command_lines())))
def test_the_program_understands_a_command_line_of_the_documentation(parsed, line):
    line = line.replace("COMMAND", "generate").replace("SHELL", "bash")
    if line.count('"') % 2 or line.count("'") % 2:
        line = line.replace('"', "").replace("'", "")
    parsed(line)


@pytest.mark.parametrize(
    "line", sorted({line for line in command_lines() if re.search("trigger .*--to http", line)})
)
def test_a_sample_of_the_documentation_can_be_sent(lyrics, line):
    """Nobody listens: all that fails is the connection."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        done = lyrics(*shlex.split(line.replace("5000", str(nobody.getsockname()[1])))[1:])
    assert done.returncode == 8, done.stderr


def test_the_tables_are_those_of_the_code():
    assert all(renewed(text) == text for text in TEXTS.values()), "run `python tests/docs/tables.py`"
    assert all(f"<!-- {name} -->" in EVERYTHING for name in TABLES)


@pytest.mark.parametrize("words", [TaskStatus, Reason, DeliveredBy], ids=lambda words: words.__name__)
def test_the_page_on_json_names_every_word(words):
    assert [word for word in words if f"`{word}`" not in TEXTS["json"]] == []


def test_the_document_that_is_shown_has_the_fields_of_a_real_one(lyrics):
    import json

    shown = json.loads(re.search(r"```json\n(.*?)```", TEXTS["json"], re.DOTALL)[1])
    real = lyrics.json("generate", "a lighthouse keeper in love")
    assert list(shown) == list(real)
    assert list(shown["variants"][0]) == list(real["variants"][0])


def test_the_provider_that_is_shown_is_one(lyrics):
    (lyrics.home / "lyrics").mkdir()
    table = re.search(r"```toml\n(.*?)```", TEXTS["settings"], re.DOTALL)[1]
    (lyrics.home / "lyrics" / "config.toml").write_text(table, encoding="utf-8")
    done = lyrics("config", "list")
    assert done.returncode == 0, done.stderr
    assert b"providers.mine\thttps://lyrics.example.com\tconfig.toml" in done.stdout


def test_the_page_on_the_doctor_has_its_checks_in_their_order(lyrics):
    told = re.findall(r"^\| `(\w+)` \|", TEXTS["doctor"], re.MULTILINE)
    assert told == [check["name"] for check in lyrics.json("doctor")["checks"]]


def test_links_inside_the_repository_lead_somewhere():
    """Only the README has any: a topic is read from an installed package as well."""
    links = re.compile(r"\]\((?!https?:)([^)]+)\)")
    assert all((ROOT / target).exists() for target in links.findall(TEXTS["README"]))
    assert not [name for name, text in TEXTS.items() if name != "README" and links.search(text)]


def test_every_topic_is_linked_from_the_readme_and_named_by_help(lyrics):
    listed = lyrics("help").stdout.decode().rpartition("Topics")[2]
    for name in TEXTS.keys() - {"README"}:
        assert f"topics/{name}.md" in TEXTS["README"]
        assert name in listed
        assert lyrics("help", name).stdout.decode().startswith("# ")


def test_every_data_file_says_what_it_holds_or_has_its_notice_beside_it():
    for file in (ROOT / "lyricscli" / "song" / "data").glob("*.txt*"):
        if file.suffix == ".gz":
            assert file.name in TEXTS["privacy"]
        elif "LICENSE" not in file.name:
            assert file.read_text(encoding="utf-8").startswith("# ")
