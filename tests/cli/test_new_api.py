"""A gateway that speaks `new-api`, as a provider of the user's own: every command takes it."""

import json

import pytest

KEY = "made-up-key"


@pytest.fixture
def gateway(cli, service):
    """Configure a gateway over loopback, and run commands against it."""
    address = service(dialect="new-api", key=KEY, latency=0.1)
    cli.home.mkdir()
    (cli.home / "config.toml").write_text(
        f'provider = "mine"\n[providers.mine]\nbase_url = "{address}"\ndialect = "new-api"\nkey = true\n',
        encoding="utf-8",
    )
    return lambda *words, **more: cli(*words, **{"LYRICS_API_KEY": KEY, **more})


@pytest.mark.parametrize(("via", "by"), [("poll", "poll"), ("callback", "callback")])
def test_a_song_comes_by_poll_and_by_callback(gateway, via, by):
    told = gateway("generate", "a robot", "--via", via, "--json")
    document = json.loads(told.out)
    assert (told.code, document["status"], document["delivered_by"]) == (0, "complete", by)
    titles = [variant["title"] for variant in document["variants"]]
    assert gateway("show", "last", "--refresh", "--title-only").out.splitlines() == titles


@pytest.mark.parametrize(("scenario", "code"), [("failed", 1), ("moderated", 7), ("429", 5)])
def test_a_failure_ends_as_it_does_elsewhere(gateway, scenario, code):
    assert gateway("generate", f"a robot sandbox:{scenario}").code == code


def test_a_wrong_key_is_refused_and_credits_have_no_call(gateway):
    assert gateway("generate", "a robot", LYRICS_API_KEY="wrong").code == 4
    told = gateway("credits")
    assert (told.code, "no call that tells the credits" in told.err) == (1, True)
    assert "skipped" in next(line for line in gateway("doctor").out.splitlines() if "credits" in line)


def test_a_batch_and_a_wait_go_through_it(gateway, tmp_path):
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("a robot\na sailor\n", encoding="utf-8")
    rows = gateway("batch", prompts).out.splitlines()
    assert [json.loads(row)["status"] for row in rows] == ["complete", "complete"]
    task_id = gateway("generate", "winter rain", "--no-wait", "--quiet").out.strip()
    assert gateway("wait", task_id, "--json").code == 0
