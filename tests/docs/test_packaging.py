"""What users install: the README's first command, and the packages that are built."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
SHIPPED = ("lyricscli", "completions", "tests", "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md")
OFFLINE = re.compile(
    r"No matching distribution|ConnectionError|NewConnectionError|Temporary failure|timed out"
)
SCRIPTS = "Scripts" if os.name == "nt" else "bin"


def run(*command, cwd, **environ):
    """Run in a clean environment; skip where pip cannot reach a registry."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("LYRICS_", "PYTHON"))}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**kept, **environ},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )
    if done.returncode and OFFLINE.search(done.stdout + done.stderr):
        pytest.skip("pip cannot reach a registry here")
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture
def clone(tmp_path):
    """Return a copy of what is tracked, as a clone has it."""
    target = tmp_path / "clone"
    target.mkdir()
    for name in SHIPPED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(
                source, target / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules")
            )
        else:
            shutil.copy(source, target / name)
    return target


@pytest.mark.skipif(os.name == "nt", reason="the line names directories as POSIX has them")
def test_the_first_command_of_the_readme_brings_lyrics_from_an_empty_home(clone, tmp_path):
    readme = (clone / "README.md").read_text(encoding="utf-8")
    line = re.search(r"^python3 .*lyrics generate .*$", readme, re.MULTILINE)[0]
    done = run("bash", "-c", line, cwd=clone, HOME=str(tmp_path), XDG_DATA_HOME="", XDG_CONFIG_HOME="")
    assert done.stdout.count("[Chorus]") >= 2
    assert re.search(r"^--- 2: ", done.stdout, re.MULTILINE)


def test_the_built_packages_are_whole_and_do_the_main_job(clone, tmp_path):
    venv, dist = tmp_path / "venv", tmp_path / "dist"
    run(sys.executable, "-m", "build", "--outdir", dist, cwd=clone)
    (wheel,), (sdist,) = dist.glob("*.whl"), dist.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
        assert {"README.md", "LICENSE", "tests/conftest.py", "completions/lyrics.bash"} <= inside
    with ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    tracked = {
        file.relative_to(clone).as_posix() for file in (clone / "lyricscli").rglob("*") if file.is_file()
    }
    assert tracked <= inside
    assert "lyricscli/completions/lyrics.bash" in inside
    run(sys.executable, "-m", "venv", venv, cwd=tmp_path)
    python = venv / SCRIPTS / "python"
    run(python, "-m", "pip", "install", "-q", "--disable-pip-version-check", wheel, cwd=tmp_path)
    home = {"LYRICS_HOME": str(tmp_path / "home"), "LYRICS_SANDBOX_LATENCY": "0.1"}
    made = run(venv / SCRIPTS / "lyrics", "generate", "a lighthouse keeper in love", cwd=tmp_path, **home)
    again = run(python, "-m", "lyricscli", "show", "last", cwd=tmp_path, **home)
    assert "[Chorus]" in made.stdout
    assert made.stdout == again.stdout
    assert "complete" in run(venv / SCRIPTS / "lyrics", "completion", "bash", cwd=tmp_path).stdout
    assert "# Recipes" in run(venv / SCRIPTS / "lyrics", "help", "recipes", cwd=tmp_path).stdout
