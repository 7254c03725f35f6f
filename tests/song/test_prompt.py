"""Composing a prompt: everything that fits, nothing of the user's words cut."""

from hypothesis import given
from hypothesis import strategies as st

from lyricscli.song.prompt import PARTS, Composed, compose

METADATA = {"style": "slow waltz", "mood": "wistful", "language": "Spanish", "structure": "two verses."}


def test_adds_what_was_said_of_the_song():
    """Parts come in the order of importance, whatever the order given."""
    assert compose("A song about rain", METADATA, lambda text: True) == Composed(
        "A song about rain. Language: Spanish. Style: slow waltz. Mood: wistful. Structure: two verses."
    )


def test_leaves_out_what_does_not_fit_and_says_so():
    """A part that is too long is left out; a shorter one after it still goes in."""
    composed = compose("Rain!", {**METADATA, "style": "s" * 50}, lambda text: len(text) <= 40)
    assert composed == Composed("Rain! Language: Spanish. Mood: wistful.", ("style", "structure"))


def test_a_prompt_beyond_the_limit_is_left_alone():
    """It is for the caller to refuse it."""
    assert compose("one two three", {"mood": "sad"}, lambda text: len(text) < 15) == Composed(
        "one two three", ("mood",)
    )


def test_unknown_names_and_blank_values_are_no_parts():
    """Tags and empty flags are not sent."""
    assert compose("Rain", {"tag": "x", "mood": "  "}, lambda text: True) == Composed("Rain")


METADATAS = st.dictionaries(st.sampled_from([*PARTS, "note"]), st.text())


@given(st.text(), METADATAS, st.integers(0, 200))
def test_never_cuts_the_prompt_and_never_passes_the_limit(prompt, metadata, limit):
    """The prompt stands at the start, whole; nothing is added that would pass the limit; the same again."""
    composed = compose(prompt, metadata, lambda text: len(text) <= limit)
    assert composed.text.startswith(prompt)
    assert len(composed.text) <= limit or composed.text == prompt
    assert compose(prompt, dict(reversed(metadata.items())), lambda text: len(text) <= limit) == composed
    given_parts = {name for name in PARTS if metadata.get(name, "").split()}
    assert set(composed.left_out) <= given_parts
    if composed.text == prompt:
        assert set(composed.left_out) == given_parts
