"""Providers of the user's own: what a table means, and where it is wrong."""

import tomllib

import pytest

from lyricscli.api.providers import DIALECTS, PromptLimit, PromptUnit
from lyricscli.config.custom import custom_providers
from lyricscli.errors import UsageError
from lyricscli.quantities import Rate


@pytest.fixture
def read(tmp_path):
    def reading(text):
        path = tmp_path / "config.toml"
        path.write_text(text)
        return custom_providers(tomllib.loads(text).get("providers", {}), path)

    return reading


def test_a_base_url_is_enough_and_the_rest_is_as_with_sunoapi(read):
    mine = read('[providers.mine]\nbase_url = "https://lyrics.example.com/"\n')["mine"]
    assert (mine.name, mine.base_url, mine.dialect) == (
        "mine",
        "https://lyrics.example.com",
        DIALECTS["sunoapi"],
    )
    assert mine.limit == PromptLimit(200, PromptUnit.WORDS)
    assert (mine.key_variable, mine.needs_key, mine.signed) == ("LYRICS_API_KEY", True, False)


def test_every_setting_is_taken(read):
    text = """
        [providers.mine]
        base_url = "http://127.0.0.1:8787"
        dialect = "kie-jobs"
        prompt_limit = 300
        rate = "5/1m"
        cost = 1
        signed = true
        key = false
        [providers.long]
        base_url = "http://127.0.0.1:8787"
        prompt_unit = "characters"
        rate = "none"
    """
    mine, long = read(text).values()
    assert (mine.dialect, mine.limit) == (DIALECTS["kie-jobs"], PromptLimit(300, PromptUnit.CHARACTERS))
    assert (mine.signed, mine.needs_key, mine.rate, mine.cost) == (True, False, Rate(5, 60.0), 1.0)
    assert (long.rate, long.cost) == (None, 0.4)
    assert long.limit == PromptLimit(200, PromptUnit.CHARACTERS)


@pytest.mark.parametrize(
    ("line", "says", "advice"),
    [
        ('dialekt = "kie"', r":4: a provider has no setting `dialekt`", "`dialect`"),
        ("zzz = 1", r":4: a provider has no setting `zzz`", "base_url, dialect"),
        ('dialect = "suno"', r":4: dialect is 'suno': it is one of sunoapi, kie, kie-jobs", ""),
        ("dialect = 7", r":4: dialect is 7: it is a text", ""),
        ('prompt_limit = "200"', r":4: prompt_limit is '200': it is a whole number", ""),
        ("prompt_limit = 0", r":4: prompt_limit is 0", ""),
        ("prompt_limit = true", r":4: prompt_limit is True", ""),
        ('prompt_unit = "lines"', r":4: prompt_unit is 'lines': it is one of words, characters", ""),
        ('rate = "often"', r":4: rate is 'often': a rate is a number of tasks in a time", ""),
        ("rate = 2", r":4: rate is 2: it is a text", ""),
        ("cost = 0", r":4: cost is 0: it is a number of credits", ""),
        ("cost = nan", r":4: cost is nan", ""),
        ("cost = true", r":4: cost is True", ""),
        ('signed = "yes"', r":4: signed is 'yes': it is true or false", ""),
        ("key = 1", r":4: key is 1: it is true or false", ""),
    ],
)
def test_a_wrong_line_is_named_with_its_file_and_number(read, line, says, advice):
    with pytest.raises(UsageError, match=r"config\.toml" + says) as caught:
        read(f'# mine\n[providers.mine]\nbase_url = "http://127.0.0.1:1"\n{line}\n')
    assert advice in caught.value.advice


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("\n[providers.mine]\n", r":2: the provider 'mine' has no base_url"),
        ('[providers.mine]\nbase_url = "ftp://x"', r":2: base_url is 'ftp://x': a URL starts"),
        ("[providers]\n\nmine = 3", r":3: the provider 'mine' is not a table"),
        ("[providers.kie]\n", r":1: the provider 'kie' is built in"),
        ("[providers.webhook]\n", r":1: 'webhook' cannot be a provider's name"),
        ('[providers."a b"]\n', r":1: 'a b' cannot be a provider's name"),
    ],
)
def test_a_wrong_table_is_named_with_its_file_and_number(read, text, says):
    with pytest.raises(UsageError, match=r"config\.toml" + says):
        read(text)
