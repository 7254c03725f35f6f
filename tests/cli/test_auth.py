"""`lyrics auth`: where a key comes from, where it goes, and that nobody sees it."""

import json
import os
import shutil
import socket
import sys
from pathlib import Path

import pytest

from lyricscli.delivery.ngrok import agent

KEY = "sk-a-good-key-0123456789"
TOKEN = "2abcDEF_0123456789abcdefghijklmnop"
posix = pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")


def keys(cli):
    return json.loads((cli.home / "keys.json").read_text())


def mode(path):
    return path.stat().st_mode & 0o777


def test_a_key_from_a_pipe_is_checked_stored_and_never_said(cli, service):
    url = service(key=KEY, credits=99.6)
    told = cli("auth", "login", stdin=f" {KEY}\r\n".encode(), LYRICS_BASE_URL=url)
    assert (told.code, told.out) == (0, "")
    assert "99.6 credits" in told.err
    assert KEY not in told.err
    assert keys(cli) == {"sunoapi": KEY}
    assert [path.name for path in cli.home.iterdir()] == ["keys.json"]


@posix
def test_the_file_is_private_from_its_first_byte_and_its_directory_too(cli, monkeypatch):
    modes = []
    monkeypatch.setattr(os, "fsync", lambda fd: modes.append(os.fstat(fd).st_mode & 0o777))
    old = os.umask(0)
    try:
        assert cli("auth", "login", "kie", "--no-check", stdin=KEY.encode()).code == 0
    finally:
        os.umask(old)
    assert modes == [0o600]
    assert (mode(cli.home / "keys.json"), mode(cli.home)) == (0o600, 0o700)


@posix
def test_an_open_file_is_closed_to_others_and_keeps_its_other_keys(cli):
    cli.home.mkdir()
    file = cli.home / "keys.json"
    file.write_text('{"sunoapi": "one"}')
    file.chmod(0o644)
    told = cli("auth", "status")
    assert (mode(file), "could be read by others" in told.err) == (0o600, True)
    file.chmod(0o644)
    assert cli("auth", "login", "kie", "--no-check", stdin=KEY.encode()).code == 0
    assert (mode(file), keys(cli)) == (0o600, {"sunoapi": "one", "kie": KEY})


def test_a_refused_key_is_not_stored(cli, service):
    told = cli("auth", "login", "kie", stdin=b"wrong", LYRICS_BASE_URL=service(key=KEY, dialect="kie"))
    assert (told.code, told.out) == (4, "")
    assert "Nothing was stored." in told.err
    assert not (cli.home / "keys.json").exists()


def test_without_the_service_nothing_is_stored_unless_the_check_is_waived(cli):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        told = cli("auth", "login", "sunoapi", "--base-url", url, stdin=KEY.encode())
        assert (told.code, "`--no-check` stores the key all the same" in told.err) == (8, True)
        assert not (cli.home / "keys.json").exists()
        assert cli("auth", "login", "sunoapi", "--no-check", stdin=KEY.encode()).code == 0
    assert keys(cli) == {"sunoapi": KEY}


@pytest.mark.parametrize(
    "pasted", [b'"made-up-key"', b"Bearer made-up-key\n", b"\xef\xbb\xbfmade-up-key\r\n"]
)
def test_a_key_is_kept_without_what_it_was_pasted_with(cli, pasted):
    assert cli("auth", "login", "kie", "--no-check", stdin=pasted).code == 0
    assert '"made-up-key"' in (cli.home / "keys.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sunoapi", b""),
        ("sunoapi", b"curl abc"),
        ("kie", b"a\x1b[2Jb"),
        ("kie", "schlüssel".encode()),
        ("kie", b"\xff\xfe"),
        ("kie", b"x" * 5000),
        ("ngrok", b"short"),
        ("ngrok", b"ngrok config add-authtoken " + TOKEN.encode()),
        ("webhook", b"two words"),
    ],
)
def test_what_cannot_be_a_key_is_refused_and_not_quoted(cli, name, text):
    told = cli("auth", "login", name, "--no-check", stdin=text)
    assert told.code == 4
    assert not text or text.decode(errors="replace") not in told.err
    assert not (cli.home / "keys.json").exists()


@pytest.mark.parametrize(("name", "hint"), [("kei", "`kie`"), ("sandbox", "There are: sunoapi, kie, ngrok")])
def test_an_unknown_service_is_refused_with_the_nearest(cli, name, hint):
    told = cli("auth", "login", name, stdin=KEY.encode())
    assert (told.code, hint in told.err) == (2, True)


def test_a_script_without_a_name_means_the_provider_in_use(cli):
    cli("config", "set", "provider", "kie")
    assert cli("auth", "login", "--no-check", stdin=KEY.encode()).code == 0
    assert keys(cli) == {"kie": KEY}


def test_a_key_of_a_custom_provider_is_checked_with_that_service_and_used(cli, service):
    url = service(key=KEY, credits=7)
    cli.home.mkdir()
    (cli.home / "config.toml").write_text(f'[providers.mine]\nbase_url = "{url}"\n')
    assert cli("auth", "login", "mine", stdin=KEY.encode()).code == 0
    assert cli("credits", "--json").json == {"provider": "mine", "credits": 7}
    assert cli("auth", "login", "mine", stdin=b"wrong").code == 4
    assert keys(cli) == {"mine": KEY}


def test_what_keeps_a_stored_key_from_being_used_is_said(cli):
    told = cli("auth", "login", "kie", "--no-check", stdin=KEY.encode(), KIE_API_KEY="other")
    assert "KIE_API_KEY is set in the environment" in told.err
    told = cli("auth", "login", "sunoapi", "--no-check", stdin=KEY.encode())
    assert "provider in use" not in told.err
    told = cli("auth", "login", "kie", "--no-check", stdin=KEY.encode())
    assert "The provider in use is sunoapi; `lyrics config set provider kie`" in told.err


def test_status_says_where_each_key_comes_from_and_never_the_key(cli):
    cli("auth", "login", "sunoapi", "--no-check", stdin=KEY.encode())
    told = cli("auth", "status", "--json", KIE_API_KEY="secret-of-kie", NGROK_AUTHTOKEN=TOKEN)
    sources = {entry["name"]: entry["source"] for entry in told.json["keys"]}
    assert sources == {
        "sunoapi": "keys.json",
        "kie": "KIE_API_KEY",
        "ngrok": "NGROK_AUTHTOKEN",
        "webhook": None,
    }
    assert told.json["provider"] == "kie"
    plain = cli("auth", "status", LYRICS_API_KEY=KEY)
    assert plain.out.splitlines() == ["sunoapi\tLYRICS_API_KEY", "kie\tnone", "ngrok\tnone", "webhook\tnone"]
    assert not any(secret in told.out + plain.out + plain.err for secret in (KEY, "secret-of-kie", TOKEN))


def test_status_exits_4_when_the_chosen_provider_has_no_key(cli):
    assert cli("auth", "status").code == 0
    assert cli("auth", "status", LYRICS_PROVIDER="kie").code == 4


def test_status_names_the_provider_in_use_its_key_and_what_to_do_next(cli):
    said = cli("auth", "status").err
    assert "The provider in use is sandbox. `lyrics auth login` sets up a real service." in said
    told = cli("auth", "status", LYRICS_PROVIDER="kie")
    assert (told.code, "no API key for kie" in told.err, "`lyrics auth login kie`" in told.err) == (
        4,
        True,
        True,
    )
    told = cli("auth", "status", LYRICS_API_KEY=KEY)
    assert "The provider in use is sunoapi; its key is from LYRICS_API_KEY." in told.err


@pytest.mark.parametrize("stored", [True, False])
@pytest.mark.parametrize(
    "command",
    [
        "generate rain --via poll",
        "batch - --via poll",
        "wait --poll-interval 0.1s",
        "show abc --refresh",
        "credits",
        "library adopt abc",
        "doctor",
    ],
)
def test_where_a_key_is_refused_the_source_that_won_is_named(cli, service, command, stored):
    from lyricscli.models import Submission
    from lyricscli.store.library import Library

    url = service(key=KEY)
    with Library(cli.home / "library.db") as library:
        library.accept(library.begin(Submission("sunoapi", url, "rain", "rain")), "abc")
    if stored:
        cli("auth", "login", "sunoapi", "--no-check", stdin=KEY.encode())
    told = cli(
        *command.split(), stdin=b"rain\n", LYRICS_BASE_URL=url, LYRICS_API_KEY="wrong", LYRICS_TUNNEL="none"
    )
    over = " and wins over the stored key" if stored else ""
    said = " ".join((told.err + told.out).split())
    assert told.code == 4
    assert f"LYRICS_API_KEY is set in the environment{over}: correct it there, or unset it." in said
    assert "sets a new key" not in said


def test_logout_removes_one_key_and_the_file_with_the_last(cli):
    cli("auth", "login", "sunoapi", "--no-check", stdin=KEY.encode())
    cli("auth", "login", "webhook", stdin=KEY.encode())
    told = cli("auth", "logout")
    assert (told.code, "sunoapi, webhook" in told.err) == (2, True)
    assert cli("auth", "logout", "kie").code == 4
    told = cli("auth", "logout", "sunoapi", SUNO_API_KEY="other")
    assert (told.code, "SUNO_API_KEY is still set" in told.err) == (0, True)
    assert keys(cli) == {"webhook": KEY}
    assert cli("auth", "logout").code == 0
    assert not (cli.home / "keys.json").exists()
    assert cli("auth", "logout").code == 4


@pytest.fixture
def no_agent(tmp_path, monkeypatch):
    """Be a machine without the ngrok agent; return the place where pyngrok would put it."""
    from pyngrok import conf

    place = tmp_path / "agent" / "ngrok"
    monkeypatch.setattr(conf, "DEFAULT_NGROK_PATH", str(place))
    monkeypatch.setattr(agent, "_on_path", lambda: None)
    return place


@pytest.mark.skipif(os.name != "posix", reason="the stand-in agent is a script")
def test_the_agent_is_downloaded_only_when_told_and_its_progress_is_kept_off_stdout(
    cli, no_agent, monkeypatch, standin
):
    from pyngrok import installer

    def put(place, *_, **__):
        sys.stdout.write("Downloading ngrok: 100%\r")
        Path(place).parent.mkdir()
        shutil.copy(standin, place)

    monkeypatch.setattr(installer, "install_ngrok", put)
    told = cli("auth", "login", "ngrok", stdin=TOKEN.encode())
    assert (told.code, no_agent.exists(), "--install-agent" in told.err) == (0, False, True)
    told = cli("auth", "login", "ngrok", "--install-agent", stdin=TOKEN.encode())
    assert (told.code, told.out) == (0, "")
    assert "Downloading ngrok: 100%" in told.err
    assert str(no_agent) in told.err
    assert keys(cli) == {"ngrok": TOKEN}


def test_a_download_that_fails_is_told_and_the_token_stays(cli, no_agent, monkeypatch):
    from pyngrok import installer
    from pyngrok.exception import PyngrokNgrokInstallError

    def fail(*_, **__):
        raise PyngrokNgrokInstallError("no network")

    monkeypatch.setattr(installer, "install_ngrok", fail)
    told = cli("auth", "login", "ngrok", "--install-agent", stdin=TOKEN.encode())
    assert (told.code, "could not be downloaded: no network" in told.err) == (8, True)
    assert keys(cli) == {"ngrok": TOKEN}


@pytest.fixture
def at_terminal(lyrics):
    pexpect = pytest.importorskip("pexpect", reason="no pseudo-terminals here")

    def starting(*arguments, **environ):
        return pexpect.spawn(
            sys.executable,
            ["-m", "lyricscli", *arguments],
            env=lyrics.environment(TERM="dumb", **environ),
            timeout=30,
            encoding="utf-8",
        )

    return starting


def test_the_service_is_offered_the_key_unseen_and_the_download_a_question(at_terminal, lyrics):
    terminal = at_terminal("auth", "login", PATH=os.defpath)
    terminal.expect(r"3\. ngrok")
    terminal.expect(r"\[sunoapi\] ")
    terminal.sendline("3")
    terminal.expect(r"\(not shown\): ")
    terminal.sendline(TOKEN)
    terminal.expect("stored in")
    assert TOKEN not in terminal.before
    terminal.expect(r"Download it now\? \[y/N\] ")
    terminal.sendline("")
    terminal.expect("--install-agent")
    terminal.wait()
    assert terminal.exitstatus == 0
    assert json.loads((lyrics.home / "lyrics" / "keys.json").read_text()) == {"ngrok": TOKEN}


def test_ctrl_c_and_ctrl_d_at_the_prompt_store_nothing(at_terminal, lyrics):
    for key, code in (("c", 130), ("d", 2)):
        terminal = at_terminal("auth", "login", "kie")
        terminal.expect(r"\(not shown\): ")
        terminal.sendcontrol(key)
        terminal.expect("lyrics: ")
        terminal.wait()
        assert terminal.exitstatus == code
    assert not (lyrics.home / "lyrics" / "keys.json").exists()


def test_ctrl_c_and_ctrl_d_at_the_list_end_the_command(at_terminal, lyrics):
    for key, code in (("c", 130), ("d", 2)):
        terminal = at_terminal("auth", "login")
        terminal.expect(r"\[sunoapi\] ")
        terminal.sendcontrol(key)
        terminal.expect("lyrics: ")
        terminal.wait()
        assert terminal.exitstatus == code


def test_a_key_typed_at_a_terminal_is_checked_and_the_number_of_credits_said(at_terminal, lyrics, service):
    terminal = at_terminal("auth", "login", LYRICS_BASE_URL=service(key=KEY, credits=12))
    terminal.expect(r"\[sunoapi\] ")
    terminal.sendline("")
    terminal.expect(r"from https://sunoapi\.org/api-key \(not shown\): ")
    terminal.sendline(KEY)
    terminal.expect(r"12\s+credits\s+are\s+left\.")
    assert KEY not in terminal.before
    terminal.wait()
    assert terminal.exitstatus == 0
