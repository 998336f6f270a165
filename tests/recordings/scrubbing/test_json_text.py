"""JSON in strings keeps its shape and loses its values, whole, in pieces, or cut off."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rtlog.recordings.scrubbing.json_text import JsonText, mixed, scrubbed
from rtlog.recordings.scrubbing.pseudonyms import Pseudonyms

KEY = b"a test's key"
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def scrub(text: str, *, keep_keys: bool = True) -> str:
    return scrubbed(Pseudonyms(KEY), text, keep_keys=keep_keys)


def shape(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shape(each) for each in value]
    return value if value is None or isinstance(value, bool) else type(value)


def test_the_names_of_arguments_stay_and_their_values_go() -> None:
    said = scrub('{"city": "Paris", "nights": 3, "late": true, "notes": null}')

    assert list(json.loads(said)) == ["city", "nights", "late", "notes"]
    assert json.loads(said)["late"] is True
    assert json.loads(said)["notes"] is None
    assert "Paris" not in said
    assert len(said) == len('{"city": "Paris", "nights": 3, "late": true, "notes": null}')


def test_the_names_can_be_hidden_too() -> None:
    said = scrub('{"passport": {"passport": 1}}', keep_keys=False)

    (outer,) = json.loads(said)
    assert outer != "passport"
    assert list(json.loads(said)[outer]) == [outer]


@given(VALUES, st.booleans())
def test_json_stays_json_of_the_same_shape(value: Any, escaped: bool) -> None:  # noqa: ANN401, FBT001
    text = json.dumps({"it": value}, ensure_ascii=escaped)

    assert shape(json.loads(scrub(text))) == shape(json.loads(text))
    assert len(scrub(text)) == len(text)


@given(VALUES, st.integers(0, 60))
def test_pieces_give_the_pieces_of_the_whole(value: Any, cut: int) -> None:  # noqa: ANN401
    text = json.dumps([value])
    pieces = JsonText(Pseudonyms(KEY))

    assert pieces.feed(text[:cut]) + pieces.feed(text[cut:]) == scrub(text)


@given(VALUES, st.integers(2, 60))
def test_what_is_cut_off_is_the_beginning_of_the_whole(value: Any, cut: int) -> None:  # noqa: ANN401
    text = json.dumps([value])

    assert scrub(text).startswith(scrub(text[:cut]))


def test_escaped_letters_are_letters() -> None:
    said = scrub('{"a": "M\\u00fcnchen", "b": "\\u6771\\u4eac \\ud842\\udfb7"}')

    assert "\\u00fc" not in said
    assert "\\u6771" not in said
    assert json.loads(said)["b"][2] == " "


def test_what_only_looks_like_json_is_scrubbed_as_well() -> None:
    said = scrub("{'name': 'Rosalind', 2: nothing}")

    assert "Rosalind" not in said
    assert "nothing" not in said


def test_a_bare_word_of_json_stays_and_other_text_is_text() -> None:
    assert scrub(" true ") == " true "
    assert scrub("trueheart") != "trueheart"


@given(VALUES)
def test_json_among_words_looks_as_it_does_alone(value: Any) -> None:  # noqa: ANN401
    text, names = json.dumps({"city": value}), Pseudonyms(KEY)

    said = mixed(names, f"The tool said {text}, Rosalind [1].")

    assert said == f"{names.text('The tool said ')}{scrub(text)}{names.text(', Rosalind [1].')}"


def test_what_is_no_json_among_words_is_words() -> None:
    text, names = "[[[ {'name': 'Rosalind'} {\"name\": \"Rosalind\" [redacted] }", Pseudonyms(KEY)

    assert mixed(names, text) == names.text(text)


def test_a_text_of_brackets_is_given_up_early_and_still_scrubbed() -> None:
    said = mixed(Pseudonyms(KEY), "[" * 100_000 + ' {"city": "Paris"}')

    assert "Paris" not in said
    assert len(said) == 100_000 + len(' {"city": "Paris"}')
