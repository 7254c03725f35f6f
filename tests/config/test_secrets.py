"""Keys as people paste them, and where they come from."""

import json

import pytest

from lyricscli.config.settings import WEBHOOK, find_secret, home
from lyricscli.errors import UsageError


@pytest.mark.parametrize(
    "pasted",
    [
        "abc123",
        " abc123\r\n",
        "\ufeffabc123",
        '"abc123"',
        "'abc123'",
        "Bearer abc123",
        '"bearer  abc123"',
    ],
)
def test_a_key_is_taken_out_of_what_was_copied_along(tmp_path, pasted):
    environ = {"LYRICS_HOME": str(tmp_path), "SUNO_API_KEY": pasted}
    found = find_secret("sunoapi", home(environ), environ)
    assert found is not None
    assert (found.reveal(), found.source) == ("abc123", "SUNO_API_KEY")


@pytest.mark.parametrize("blank", ["", "  ", '""', "\ufeff"])
def test_a_blank_webhook_key_is_an_error_and_no_switch(tmp_path, blank):
    environ = {"LYRICS_HOME": str(tmp_path), "LYRICS_WEBHOOK_KEY": blank}
    with pytest.raises(UsageError, match="LYRICS_WEBHOOK_KEY"):
        find_secret(WEBHOOK, home(environ), environ)


def test_the_newer_route_of_kie_has_the_key_of_the_older_one(tmp_path):
    environ = {"LYRICS_HOME": str(tmp_path)}
    place = home(environ)
    place.keys_file.write_text(json.dumps({"kie": "k1"}))
    found = find_secret("kie-jobs", place, environ)
    assert found is not None
    assert found.reveal() == "k1"
    assert find_secret("sunoapi", place, environ) is None
