"""Every dialect, spoken by a provider of the user's own over loopback: every command takes it."""

import json

import pytest

from lyricscli.api.providers import DIALECTS, DialectName

KEY = "made-up-key"


@pytest.fixture
def speaking(cli, service):
    """Configure a provider of a dialect, and run commands against it."""

    def configured(dialect, **options):
        address = service(dialect=dialect, key=KEY, latency=0.1, **options)
        cli.home.mkdir()
        (cli.home / "config.toml").write_text(
            f'provider = "mine"\n[providers.mine]\nbase_url = "{address}"\ndialect = "{dialect}"\n',
            encoding="utf-8",
        )
        return lambda *words, **more: cli(*words, **{"LYRICS_API_KEY": KEY, **more})

    return configured


@pytest.fixture
def gateway(speaking):
    return speaking("new-api")


@pytest.mark.parametrize("dialect", DialectName)
def test_a_song_comes_by_poll_and_by_callback(speaking, dialect):
    run = speaking(dialect)
    for via in ("poll", "callback"):
        told = run("generate", "a robot", "--via", via, "--json")
        document = json.loads(told.out)
        assert (told.code, document["status"], document["delivered_by"]) == (0, "complete", via)
        titles = [variant["title"] for variant in document["variants"]]
        assert run("show", "last", "--refresh", "--title-only").out.splitlines() == titles
    assert run("generate", "a robot sandbox:failed").code == 1
    assert run("generate", "a robot", LYRICS_API_KEY="wrong").code == 4


@pytest.mark.parametrize("dialect", DialectName)
def test_a_batch_and_a_wait_go_through_it_and_the_doctor_finds_no_fault(speaking, dialect, tmp_path):
    run = speaking(dialect)
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("a robot\na sailor\n", encoding="utf-8")
    rows = run("batch", prompts).out.splitlines()
    assert [json.loads(row)["status"] for row in rows] == ["complete", "complete"]
    task_id = run("generate", "winter rain", "--no-wait", "--quiet").out.strip()
    assert run("wait", task_id, "--json").code == 0
    states = {line["name"]: line["state"] for line in run("doctor", "--json").json["checks"]}
    # Without a call that tells the credits nothing tells what a key is worth.
    assert states["key"] == states["credits"] == ("ok" if DIALECTS[dialect].credits_path else "skipped")
    assert "fail" not in {states["provider"], states["callback"]}


@pytest.mark.parametrize("dialect", DialectName)
def test_listen_understands_what_trigger_sends(lyrics, cli, dialect):
    process = lyrics.start("listen", "--tunnel", "none", "--dialect", dialect, "--max", "2", "--json")
    url = json.loads(process.stdout.readline())["url"]
    for scenario, verdict in (("complete", "complete, "), ("failed", "Lyrics generation failed")):
        assert cli("trigger", scenario, "--dialect", dialect, "--to", url).code == 0
        event = json.loads(process.stdout.readline())
        assert verdict in event["verdict"]
        assert event["task_id"] in event["body"]
    assert process.wait(timeout=20) == 0
    process.communicate()


@pytest.mark.parametrize("dialect", DialectName)
def test_a_task_that_was_polled_is_told_as_its_provider_would(speaking, receiver, dialect):
    run = speaking(dialect)
    run("generate", "a robot", "--via", "poll")
    assert f"as {dialect} would write it" in run("trigger", "--task", "last", "--to", receiver.url).err
    text = run("show", "last", "--json").json["variants"][0]["text"]
    assert json.dumps(text)[1:-1] in receiver.bodies[0].decode().replace('\\\\"', '"').replace("\\\\n", "\\n")


@pytest.mark.parametrize(("scenario", "code"), [("moderated", 7), ("429", 5)])
def test_a_failure_of_a_gateway_ends_as_it_does_elsewhere(gateway, scenario, code):
    assert gateway("generate", f"a robot sandbox:{scenario}").code == code


def test_a_gateway_has_no_call_that_tells_the_credits(gateway):
    told = gateway("credits")
    assert (told.code, "no call that tells the credits" in told.err) == (1, True)


@pytest.mark.parametrize("shape", ["lyrics-data", "snake-case", "numbers-as-strings", "extra-fields"])
def test_a_gateway_in_another_shape_is_understood(gateway, shape):
    assert gateway("generate", f"a robot sandbox:{shape}", "--via", "poll").code == 0
