import pytest

from lyricscli.api.headers import end_to_end, header, retry_after

NOON = 1_790_337_600.0  # Fri, 25 Sep 2026 12:00:00 GMT


def test_a_header_is_found_whatever_its_case():
    assert header({"X-WEBHOOK-signature": "s"}, "x-webhook-Signature") == "s"
    assert header({}, "x") is None


def test_only_what_belongs_to_the_message_travels_on():
    mine = {"content-type": "application/json", "X-Webhook-Signature": "s", "User-Agent": "u"}
    hops = {"Connection": "close, X-Hop", "x-hop": "1", "TE": "trailers", "Host": "h", "Content-Length": "3"}
    assert dict(end_to_end(mine | hops)) == mine


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (" 1.5 ", 1.5),
        ("-3", 0.0),
        ("99999999", 600.0),
        ("inf", 600.0),
        ("Fri, 25 Sep 2026 12:00:30 GMT", 30.0),
        ("Fri, 25 Sep 2026 12:00:30 -0000", 30.0),
        ("Fri, 25 Sep 2026 11:00:00 GMT", 0.0),
        ("Fri, 25 Sep 2099 11:00:00 GMT", 600.0),
    ],
)
def test_both_forms_of_retry_after_are_read_and_bounded(value, seconds):
    assert retry_after({"retry-after": value}, NOON) == seconds


@pytest.mark.parametrize("value", ["", "soon", "nan", "32 Foo 2026", "Fri, 99 Sep 2026 12:00:30 GMT", "1;2"])
def test_a_senseless_retry_after_is_none(value):
    assert retry_after({"Retry-After": value}, NOON) is None


def test_no_retry_after_is_none():
    assert retry_after({}, NOON) is None
