"""An order's prompt: everything that fits, nothing of the user's words cut."""

from hypothesis import given
from hypothesis import strategies as st

from lyricscli.api.providers import PromptLimit, PromptUnit
from lyricscli.jobs.desk import Order
from lyricscli.models import PARTS

METADATA = {"style": "slow waltz", "mood": "wistful", "language": "Spanish", "structure": "two verses."}


def composed(prompt, metadata, most=10_000):
    """Return what is sent, and what was left out."""
    order = Order.of(prompt, metadata, PromptLimit(most, PromptUnit.CHARACTERS))
    assert (order.prompt, order.metadata) == (prompt, metadata)
    return order.sent_prompt, order.left_out


def test_adds_what_was_said_of_the_song():
    """Parts come in the order of importance, whatever the order given."""
    sent = "A song about rain. Language: Spanish. Style: slow waltz. Mood: wistful. Structure: two verses."
    assert composed("A song about rain", METADATA) == (sent, ())


def test_leaves_out_what_does_not_fit_and_says_so():
    """A part that is too long is left out; a shorter one after it still goes in."""
    sent = composed("Rain!", {**METADATA, "style": "s" * 50}, 40)
    assert sent == ("Rain! Language: Spanish. Mood: wistful.", ("style", "structure"))


def test_a_prompt_beyond_the_limit_is_left_alone():
    """It is for the caller to refuse it."""
    assert composed("one two three", {"mood": "sad"}, 14) == ("one two three", ("mood",))


def test_unknown_names_and_blank_values_are_no_parts():
    """Tags and empty flags are not sent."""
    assert composed("Rain", {"tag": "x", "mood": "  "}) == ("Rain", ())


METADATAS = st.dictionaries(st.sampled_from([*PARTS, "note"]), st.text())


@given(st.text(), METADATAS, st.integers(0, 200))
def test_never_cuts_the_prompt_and_never_passes_the_limit(prompt, metadata, limit):
    """The prompt stands at the start, whole; nothing is added that would pass the limit; the same again."""
    sent, left_out = composed(prompt, metadata, limit)
    assert sent.startswith(prompt)
    assert len(sent) <= limit or sent == prompt
    assert composed(prompt, dict(reversed(metadata.items())), limit) == (sent, left_out)
    given_parts = {name for name in PARTS if metadata.get(name, "").split()}
    assert set(left_out) <= given_parts
    if sent == prompt:
        assert set(left_out) == given_parts
