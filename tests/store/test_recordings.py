import stat
import sys

import pytest
from multidict import CIMultiDict

from lyricscli.api.headers import QUERY
from lyricscli.errors import LibraryError, NoSuchTaskError
from lyricscli.store import recordings
from lyricscli.store.recordings import Recordings


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "callbacks"


def test_a_recording_is_read_back_byte_for_byte(folder):
    body = bytes(range(256)) + b"\n\n"
    kept = Recordings(folder, clock=lambda: 12.5).keep({"X-Name": "Köln"}, body)
    assert Recordings(folder).find("1") == kept
    assert (kept.number, kept.at, kept.body) == (1, 12.5, body)


def test_numbers_go_on_and_last_is_the_newest(folder):
    bodies = [b"a", b"b", b"c"]
    numbers = [Recordings(folder).keep({}, body).number for body in bodies]
    assert numbers == [1, 2, 3]
    assert Recordings(folder).find("last").body == b"c"
    assert Recordings(folder).find("2").body == b"b"


def test_only_the_newest_are_kept(folder, monkeypatch):
    monkeypatch.setattr(recordings, "KEPT", 2)
    for body in (b"a", b"b", b"c"):
        Recordings(folder).keep({}, body)
    assert len(list(folder.iterdir())) == 2
    with pytest.raises(NoSuchTaskError, match="'1'"):
        Recordings(folder).find("1")


def test_they_have_a_bound_in_bytes_and_the_newest_stays(folder, monkeypatch):
    monkeypatch.setattr(recordings, "KEPT_BYTES", 300)
    for size in (100, 100, 100, 1000):
        Recordings(folder).keep({}, b"x" * size)
        assert sum(path.stat().st_size for path in list(folder.iterdir())[:-1]) <= 300
    assert [path.name for path in folder.iterdir()] == ["000004.callback"]


def test_equal_headers_and_the_query_are_kept(folder):
    headers = CIMultiDict([("X-A", "1"), ("X-A", "2"), (QUERY, "a=1")])
    Recordings(folder).keep(headers, b"{}")
    assert list(Recordings(folder).find("1").headers.items()) == list(headers.items())


def test_a_name_that_is_taken_meanwhile_is_not_overwritten(folder, monkeypatch):
    store = Recordings(folder)
    store.keep({}, b"theirs")
    monkeypatch.setattr(store, "_numbers", list)
    assert store.keep({}, b"ours").number == 2
    assert Recordings(folder).find("1").body == b"theirs"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_recordings_are_private(folder):
    Recordings(folder).keep({}, b"x")
    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())] == [0o700, 0o600]


@pytest.mark.parametrize("name", ["last", "1", "0", "-1", "x", "", "²"])
def test_what_was_not_recorded_is_said_so(folder, name):
    with pytest.raises(NoSuchTaskError) as caught:
        Recordings(folder).find(name)
    assert "lyrics listen" in caught.value.advice


@pytest.mark.parametrize("content", [b"", b"{", b"[]\nbody", b'{"at": "noon", "headers": {}}\n'])
def test_a_damaged_recording_is_told(folder, content):
    folder.mkdir()
    (folder / "000007.callback").write_bytes(content)
    with pytest.raises(LibraryError, match="cannot be read"):
        Recordings(folder).find("7")


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(LibraryError, match="could not be recorded"):
        Recordings(tmp_path / "file" / "callbacks").keep({}, b"x")
