import pytest

from lyricscli.api.providers import PROVIDERS, PromptLimit, PromptUnit, builtin
from lyricscli.errors import ExitCode, ServiceError, UsageError


def test_the_sandbox_needs_neither_key_nor_address():
    sandbox = builtin("sandbox")
    assert (sandbox.base_url, sandbox.needs_key) == (None, False)


@pytest.mark.parametrize("name", ["sunoapi", "kie"])
def test_a_paid_service_says_where_its_key_comes_from(name):
    provider = builtin(name)
    assert provider.needs_key
    assert provider.key_url
    assert (
        provider.base_url
        == f"https://api.{name.removesuffix('api')}{'api.org' if name == 'sunoapi' else '.ai'}"
    )


def test_an_unknown_provider_is_told_the_known_ones():
    with pytest.raises(UsageError) as caught:
        builtin("suno")
    assert all(name in caught.value.advice for name in PROVIDERS)


@pytest.mark.parametrize(
    ("limit", "fits", "too_long", "advice"),
    [
        (PromptLimit(3, PromptUnit.WORDS), "one  two\nthree", "one two three four five", "Cut 2 words."),
        (PromptLimit(3, PromptUnit.CHARACTERS), "äöü", "äöüß", "Cut 1 character."),
    ],
)
def test_a_prompt_past_its_limit_is_refused_with_how_much_to_cut(limit, fits, too_long, advice):
    limit.check(fits)
    with pytest.raises(ServiceError) as caught:
        limit.check(too_long)
    assert caught.value.advice == advice
    assert caught.value.exit_code is ExitCode.PROMPT_REFUSED
