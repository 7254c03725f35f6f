"""The proxy that the environment names: used, refused with its variable named, or none of our business."""

import pytest

from lyricscli.api.providers import proxy_for
from lyricscli.errors import UsageError

VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
PROXY = "http://proxy.example.com:8080"


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    ("variable", "address", "proxy"),
    [
        ("https_proxy", "https://lyrics.example.com", PROXY),
        ("HTTPS_PROXY", "https://lyrics.example.com", PROXY),
        ("ALL_PROXY", "https://lyrics.example.com", PROXY),
        ("all_proxy", "http://lyrics.example.com", PROXY),
        ("https_proxy", "http://lyrics.example.com", None),
        ("http_proxy", "http://a.localhost:8787", None),
        ("all_proxy", "http://localhost.:8787", None),
        ("http_proxy", "http://127.0.0.9", None),
        ("http_proxy", "http://[::1]:1", None),
    ],
)
def test_the_proxy_of_an_address(monkeypatch, variable, address, proxy):
    monkeypatch.setenv(variable, PROXY)
    assert proxy_for(address) == proxy


@pytest.mark.parametrize(
    "value",
    ["http://127.0.0.1:port", "http://", "http://a..b:1", "socks5://127.0.0.1:1080", "http://x:99999"],
)
def test_a_proxy_that_is_none_is_a_usage_error_that_names_the_variable(monkeypatch, value):
    monkeypatch.setenv("https_proxy", value)
    with pytest.raises(UsageError, match="https_proxy"):
        proxy_for("https://lyrics.example.com")


def test_a_proxy_may_have_a_password_and_no_scheme(monkeypatch):
    monkeypatch.setenv("https_proxy", "me:word@proxy.example.com:8080")
    assert proxy_for("https://lyrics.example.com") == "http://me:word@proxy.example.com:8080"
