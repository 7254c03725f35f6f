"""`lyrics config`: what holds, where it comes from, and what may be written."""

import os
import stat

import pytest

posix = pytest.mark.skipif(os.name != "posix", reason="the stand-in editor is a shell script")


@pytest.fixture
def file(cli):
    cli.home.mkdir()
    return cli.home / "config.toml"


@pytest.fixture
def editor(tmp_path, monkeypatch):
    """Be an editor that appends a line to the file it is given."""

    def appending(line, code=0):
        program = tmp_path / "editor"
        program.write_text(f'#!/bin/sh\nprintf "%s\\n" \'{line}\' >> "$2"\nexit {code}\n')
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("EDITOR", f"'{program}' --wait")
        monkeypatch.delenv("VISUAL", raising=False)

    return appending


def test_each_value_is_shown_with_its_source(cli, file):
    file.write_text('via = "poll"\nsandbox_writer = ""\n[providers.mine]\nbase_url = "http://127.0.0.1:1"\n')
    rows = dict(line.split("\t", 1) for line in cli("config", "list", LYRICS_TIMEOUT="90s").out.splitlines())
    assert rows["via"] == "poll\tconfig.toml"
    assert rows["timeout"] == "90s\tLYRICS_TIMEOUT"
    assert rows["tunnel"] == "auto\tdefault"
    assert rows["ngrok_domain"] == "-\tdefault"
    assert rows["sandbox_writer"] == "-\tconfig.toml"
    assert rows["provider"] == "sandbox\tdefault"
    assert rows["providers.mine"] == "http://127.0.0.1:1\tconfig.toml"
    document = cli("config", "list", "--json").json
    assert {"name": "timeout", "value": 600.0, "source": "default"} in document
    assert {"name": "base_url", "value": None, "source": "default"} in document


def test_get_prints_the_value_alone(cli, file):
    assert cli("config", "get", "timeout", LYRICS_TIMEOUT="0.5s").out == "0.5s\n"
    assert (cli("config", "get", "ngrok_domain").code, cli("config", "get", "ngrok_domain").out) == (0, "")
    assert cli("config", "get", "via", "--json").json == {"name": "via", "value": "auto", "source": "default"}


def test_what_is_set_holds_until_it_is_unset(cli):
    assert cli("config", "set", "timeout", "5m").code == 0
    assert cli("config", "get", "timeout").out == "5m\n"
    told = cli("config", "set", "timeout", "6m", LYRICS_TIMEOUT="1m")
    assert "LYRICS_TIMEOUT is set in the environment" in told.err
    assert cli("config", "unset", "timeout").code == 0
    assert cli("config", "get", "timeout").out == "10m\n"
    assert "is not set" in cli("config", "unset", "timeout").err


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("set", "timeot", "5m"), "`timeout`"),
        (("get", "timeot"), "`timeout`"),
        (("unset", "timeot"), "`timeout`"),
        (("set", "timeout", "soon"), "a duration is a number"),
        (("set", "via", "pigeon"), "auto, callback, poll"),
        (("set", "sandbox_seed", "x"), "sandbox_seed cannot be 'x'"),
        (("set", "base_url", "ftp://x"), "http://"),
        (("set", "provider", "kei"), "`kie`"),
        (("set", "ngrok_domain", "\udcff"), "not UTF-8"),
        (("set", "api_key", "sk-1"), "lyrics auth login"),
        (("set", "NGROK_AUTHTOKEN", "sk-1"), "lyrics auth login"),
    ],
)
def test_what_cannot_be_is_refused_with_a_hint_and_not_written(cli, arguments, hint):
    told = cli("config", *arguments)
    assert (told.code, told.out, hint in told.err) == (2, "", True)
    assert "sk-1" not in told.err
    assert not (cli.home / "config.toml").exists()


def test_a_file_with_a_wrong_value_or_name_can_still_be_put_right(cli, file):
    file.write_text('timeout = "soon"\ntimeot = 1\n')
    assert cli("config", "list").code == 2
    assert cli("config", "unset", "timeot").code == 0
    assert cli("config", "set", "timeout", "1m").code == 0
    assert file.read_text() == 'timeout = "1m"\n'


def test_a_custom_provider_can_be_chosen_and_a_wrong_one_is_named_with_its_line(cli, file):
    file.write_text('[providers.mine]\nbase_url = "http://127.0.0.1:1"\n')
    assert cli("config", "set", "provider", "mine").code == 0
    assert cli("config", "get", "provider").out == "mine\n"
    file.write_text(file.read_text() + "signd = true\n")
    told = cli("config", "list")
    assert (told.code, f"{file}:5: a provider has no setting `signd`" in told.err) == (2, True)
    assert "`signed`" in told.err
    file.write_text("providers = 3\n")
    assert cli("config", "list").code == 2
    assert cli("config", "unset", "providers").code == 2


def test_a_custom_provider_without_a_key_says_so_and_an_open_one_needs_none(cli, file, service):
    url = service(credits=3)
    file.write_text(f'provider = "mine"\n[providers.mine]\nbase_url = "{url}"\n')
    told = cli("credits")
    assert (told.code, "LYRICS_API_KEY" in told.err, "None" in told.err) == (4, True, False)
    file.write_text(file.read_text() + "key = false\n")
    assert (cli("credits").out, cli("auth", "status").code) == ("3\n", 0)


def test_path_says_where_the_file_is(cli):
    assert cli("config", "path").out == f"{cli.home / 'config.toml'}\n"


@posix
def test_edit_opens_the_file_and_checks_it_afterwards(cli, file, editor):
    editor('via = "poll"')
    told = cli("config", "edit")
    assert (told.code, "is in order" in told.err) == (0, True)
    assert "# timeout = " in file.read_text()
    assert cli("config", "get", "via").out == "poll\n"
    editor('timeout = "soon"')
    assert cli("config", "edit", LYRICS_TIMEOUT="1m").code == 2
    editor("", code=3)
    assert "exit code 3" in cli("config", "edit").err


def test_an_editor_that_is_not_there_is_told(cli, monkeypatch):
    told = cli("config", "edit", VISUAL="no-such-editor-anywhere")
    assert (told.code, "Set VISUAL or EDITOR" in told.err) == (2, True)
