"""A batch against a service that refuses: what is paid, what is said, and what the next run does."""

import json


def run(lyrics, service, *options):
    (lyrics.home / "a.txt").write_text("one\ntwo\nthree\nfour\nfive\n", encoding="utf-8")
    arguments = ("--provider", "sunoapi", "--base-url", service.url, "--concurrency", "1", *options)
    done = lyrics("batch", "a.txt", *arguments, SUNO_API_KEY="made-up")
    return [json.loads(line) for line in done.stdout.splitlines()], done


def test_when_the_credits_end_the_batch_stops_and_goes_on_after_topping_up(lyrics, start_service):
    poor = start_service("--latency", "0.1s", "--credits", "1.0")
    documents, done = run(lyrics, poor)
    assert done.returncode == 5
    assert [document["status"] for document in documents] == ["complete", "complete", "failed"]
    assert documents[-1]["error"]["reason"] == "insufficient_credits"
    assert b"2 not submitted" in done.stderr
    assert b"Top up" in done.stderr
    assert len(poor.submissions()) == 3, "one refusal is enough"


def test_a_refused_key_is_tried_once(lyrics, start_service):
    strict = start_service("--key", "another")
    documents, done = run(lyrics, strict)
    assert done.returncode == 4
    assert len(documents) == len(strict.submissions()) == 1


def test_all_tasks_share_one_listener_on_paths_of_their_own(lyrics, start_service):
    service = start_service("--latency", "0.1s")
    _, done = run(lyrics, service, "--concurrency", "5")
    assert done.returncode == 0
    urls = {event["url"] for event in service.events if event["event"] == "callback"}
    assert len(urls) == 5
    assert len({url.split("/c/")[0] for url in urls}) == 1
