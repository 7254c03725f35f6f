"""`lyrics credits`, and `generate --min-credits`: what is left, and stopping before it is spent."""

import json
import sqlite3

import pytest

KEY = "sk-a-good-key-0123456789"


def test_the_number_alone_goes_into_a_pipe_and_the_document_into_json(cli, service):
    environ = {"SUNO_API_KEY": KEY, "LYRICS_BASE_URL": service(key=KEY, credits=99.6)}
    assert cli("credits", **environ).out == "99.6\n"
    told = cli("credits", "--json", **environ)
    assert (told.code, told.json) == (0, {"provider": "sunoapi", "credits": 99.6})
    assert (
        cli("credits", "--provider", "kie", KIE_API_KEY=KEY, **environ).code == 8
    )  # another dialect's route


def test_a_whole_number_has_no_fraction(cli, service):
    url = service(credits=100, dialect="kie")
    assert cli("credits", KIE_API_KEY=KEY, LYRICS_BASE_URL=url).out == "100\n"


@pytest.mark.parametrize("route", ["/api/v1", "/api/v1/", "/API/v1", "/api/v1/lyrics", "/api/v1/chat/credit"])
def test_a_route_that_was_pasted_with_the_base_url_is_dropped_and_that_is_said(cli, service, route):
    told = cli("credits", KIE_API_KEY=KEY, LYRICS_BASE_URL=service(credits=7, dialect="kie") + route)
    assert (told.code, told.out) == (0, "7\n")
    assert f"without its {route.rstrip('/')}." in told.err


def test_with_nothing_configured_the_sandbox_answers_and_says_so(cli):
    told = cli("credits")
    assert (told.code, told.out, "sandbox" in told.err) == (0, "100\n", True)


def test_a_refused_key_exits_4_and_the_document_says_why(cli, service):
    told = cli("credits", "--json", SUNO_API_KEY="wrong", LYRICS_BASE_URL=service(key=KEY))
    assert (told.code, told.json["credits"], told.json["error"]["reason"]) == (4, None, "unauthorized")
    assert cli("credits", LYRICS_PROVIDER="kie").code == 4


@pytest.mark.parametrize(
    ("left", "key", "code"),
    [(0.4, KEY, 0), (0.3, KEY, 5), (5, "wrong", 4)],
    ids=["enough", "few", "refused"],
)
def test_generate_sends_nothing_below_the_least_credits(cli, service, left, key, code):
    url = service(key=KEY, credits=left)
    arguments = (
        "generate",
        "a robot",
        "--min-credits",
        "0.4",
        "--via",
        "poll",
        "--poll-interval",
        "0.1s",
        "--json",
    )
    told = cli(*arguments, SUNO_API_KEY=key, LYRICS_BASE_URL=url)
    assert told.code == code, told.err
    if code == 0:
        assert json.loads(told.out)["status"] == "complete"
    else:
        assert sqlite3.connect(cli.home / "library.db").execute("SELECT count(*) FROM tasks").fetchone() == (
            0,
        )


def test_an_answer_from_the_library_costs_nothing_and_asks_nothing(cli, service):
    environ = {"SUNO_API_KEY": KEY, "LYRICS_BASE_URL": service(key=KEY, credits=0.4)}
    arguments = ("generate", "a robot", "--min-credits", "0.4", "--via", "poll", "--poll-interval", "0.1s")
    first = cli(*arguments, **environ)
    again = cli(*arguments, "--reuse", **environ)
    assert (first.code, again.code, again.out) == (0, 0, first.out)
