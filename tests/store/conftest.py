"""What the tests of the library share."""

import pytest

from lyricscli.store.library import Library


@pytest.fixture
def library(tmp_path):
    with Library(tmp_path / "library.db") as library:
        yield library
