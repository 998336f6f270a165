"""Pseudonyms are as long as words, equal where words are equal, and begin alike where words begin alike."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtlog.recordings.scrubbing.alphabets import is_letter
from rtlog.recordings.scrubbing.pseudonyms import Pseudonyms

KEY = b"a test's key"
WORDS = st.text(alphabet=st.characters(categories=["Ll", "Lu", "Lo", "Nd"]), min_size=1, max_size=12)


def pseudonym(text: str, kept: frozenset[str] = frozenset()) -> str:
    return Pseudonyms(KEY, kept).text(text)


def test_a_sentence_keeps_its_shape() -> None:
    said = pseudonym("My order, No. 48105, hasn't ARRIVED yet!")

    assert [len(word) for word in said.split()] == [2, 6, 3, 6, 6, 7, 4]
    assert said.split()[1].endswith(",")
    assert said.split()[5].isupper()
    assert said.split()[3].rstrip(",").isdecimal()
    assert "order" not in said
    assert "48105" not in said


@given(st.text(max_size=60))
def test_length_spaces_and_signs_stay(text: str) -> None:
    said = pseudonym(text)

    assert len(said) == len(text)
    assert [char for char in said if not is_letter(char)] == [char for char in text if not is_letter(char)]
    assert [unicodedata.category(char) for char in said] == [unicodedata.category(char) for char in text]


@given(WORDS, WORDS)
def test_words_are_equal_or_begin_alike_exactly_where_theirs_did(one: str, other: str) -> None:
    names = Pseudonyms(KEY)
    first, second = names.text(one), names.text(other)

    assert (first == second) == (one == other)
    assert first.startswith(second) == one.startswith(other)


@pytest.mark.parametrize(
    "word", ["Straßenbahn", "ΟΔΥΣΣΕΥΣ", "Москва", "東京タワー", "서울특별시", "مرحبا", "नमस्ते", "Ħal"]
)
def test_a_word_stays_in_its_script_and_its_letters_change(word: str) -> None:
    said = pseudonym(word)

    assert said != word
    assert all(is_letter(char) for char in said)
    assert {unicodedata.name(c).split()[0] for c in said} <= {unicodedata.name(c).split()[0] for c in word}


def test_small_and_capital_letters_are_the_same_word() -> None:
    assert pseudonym("HELLO Hello hello").casefold().split() == [pseudonym("hello")] * 3


@given(st.text(max_size=40), st.integers(0, 40))
def test_a_text_in_pieces_gives_the_pieces_of_its_pseudonym(text: str, cut: int) -> None:
    stream = Pseudonyms(KEY).stream()

    assert stream.feed(text[:cut]) + stream.feed(text[cut:]) == pseudonym(text)


def test_another_key_gives_other_pseudonyms() -> None:
    assert Pseudonyms(b"one").text("confidential") != Pseudonyms(b"two").text("confidential")


def test_words_that_a_rule_knows_stand_for_themselves() -> None:
    said = pseudonym("Thank you, Thankmar.", frozenset({"thank", "you"}))

    assert said.startswith("Thank you, ")
    assert "Thankmar" not in said


def test_a_number_stays_a_number() -> None:
    names = Pseudonyms(KEY)
    said = [names.text(str(number)) for number in range(2_000)]

    assert len(set(said)) == 2_000
    assert all(str(int(each)) == each for each in said)
    assert said[0] == "0"


def test_what_was_redacted_before_says_so() -> None:
    assert pseudonym("Bearer [redacted]").endswith(" [redacted]")


def test_a_very_long_word_takes_no_quadratic_time_or_memory() -> None:
    assert len(pseudonym("a" * 300_000)) == 300_000
