import contextlib

import pytest

from lyricscli.errors import LyricsError, UsageError
from lyricscli.files import PRIVATE, write_result

resource = pytest.importorskip("resource", reason="needs a limit of POSIX on the size of files")


@contextlib.contextmanager
def room_for(size):
    """Let no file of this process grow beyond so many bytes, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_result_that_the_disk_has_no_room_for_leaves_what_was_there(tmp_path):
    path = tmp_path / "song.txt"
    path.write_text("an earlier song")
    with room_for(1000), pytest.raises(LyricsError, match="cannot be written"):
        write_result(path, ["la\n"] * 1000)
    assert path.read_text() == "an earlier song"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_keeps_its_mode_and_its_link_and_a_new_one_has_the_mode_asked_for(tmp_path):
    path, link, new = tmp_path / "song.txt", tmp_path / "link.txt", tmp_path / "new.txt"
    path.write_text("an earlier song")
    path.chmod(0o640)
    link.symlink_to(path)
    write_result(link, ["la", " la"])
    assert (path.read_text(), path.stat().st_mode & 0o777, link.is_symlink()) == ("la la", 0o640, True)
    write_result(new, ["la"], force=False, mode=PRIVATE)
    assert (new.read_text(), new.stat().st_mode & 0o777) == ("la", 0o600)
    with pytest.raises(UsageError, match="is there already"):
        write_result(new, ["lo"], force=False)
    assert set(tmp_path.iterdir()) == {path, link, new}
