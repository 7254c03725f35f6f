import pytest

from lyricscli.api.providers import PROVIDERS, PromptLimit, PromptUnit
from lyricscli.config.settings import load
from lyricscli.errors import ExitCode, ServiceError, UsageError


def test_the_sandbox_needs_neither_key_nor_address():
    sandbox = PROVIDERS["sandbox"]
    assert (sandbox.base_url, sandbox.needs_key) == (None, False)


@pytest.mark.parametrize("name", ["sunoapi", "kie"])
def test_a_paid_service_says_where_its_key_comes_from(name):
    provider = PROVIDERS[name]
    assert provider.needs_key
    assert provider.key_url
    assert (
        provider.base_url
        == f"https://api.{name.removesuffix('api')}{'api.org' if name == 'sunoapi' else '.ai'}"
    )


def test_an_unknown_provider_is_told_the_known_ones(tmp_path):
    with pytest.raises(UsageError) as caught:
        load({"provider": "suno"}, {"LYRICS_HOME": str(tmp_path)})
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


@pytest.mark.parametrize(
    ("prompt", "length"),
    [
        ("two words", 2),
        ("一首关于城市夜晚的歌，", 10),
        ("夜の歌 in English", 5),
        ("เพลงรัก", 6),
        ("노래 하나", 2),
        ("— a —", 1),
    ],
)
def test_a_word_is_a_run_of_letters_or_a_character_of_a_script_without_blanks(prompt, length):
    assert PromptLimit(200, PromptUnit.WORDS).measure(prompt) == length


def test_the_newer_route_of_kie_is_a_provider_with_the_key_of_kie(monkeypatch, tmp_path):
    monkeypatch.setenv("LYRICS_HOME", str(tmp_path))
    monkeypatch.setenv("KIE_API_KEY", "made-up")
    assert PROVIDERS["kie-jobs"].dialect.model == "ai-music-api/generate-lyrics"
    assert load({"provider": "kie-jobs"}).secret("kie-jobs").reveal() == "made-up"
    monkeypatch.delenv("KIE_API_KEY")
    (tmp_path / "keys.json").write_text('{"kie": "stored"}', encoding="utf-8")
    assert load({"provider": "kie-jobs"}).secret("kie-jobs").reveal() == "stored"
