"""The README's pictures: they show what the program prints now."""

import re
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

HERE = Path(__file__).parents[1] / "pictures"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal needs POSIX")


def words(svg):
    """Return the texts of a picture, in reading order, without ids, dates and times."""
    texts = ["".join(one.itertext()) for one in ET.fromstring(svg).iter() if one.tag.endswith("text")]
    shown = " ".join(texts).replace("\xa0", " ")
    shown = re.sub(r"\b[0-9a-f]{12}(?:[0-9a-f]{20})?\b|\d{4}-\d\d-\d\d \d\d:\d\d", "…", shown)
    return re.sub(r"\s+", " ", shown)


def test_the_pictures_are_current():
    from tests.pictures.make import make

    for name, svg in make().items():
        assert words((HERE / name).read_text(encoding="utf-8")) == words(svg), "run `tests/pictures/make.py`"


@pytest.mark.parametrize("file", sorted(HERE.glob("*.svg")), ids=lambda file: file.name)
def test_a_picture_needs_nothing_from_elsewhere_and_the_readme_shows_it(file):
    svg = file.read_text(encoding="utf-8")
    assert not re.search(r'(href|src|url)\s*[=(]\s*["\']?https?:', svg)
    assert f"(tests/pictures/{file.name})" in (HERE.parents[1] / "README.md").read_text(encoding="utf-8")
