"""Text of the wire is escaped, bounded, labelled, and kept private where asked."""

from rtlog.analyzers.moment import Moment
from rtlog.timelines.model import Names
from rtlog.timelines.telling import Segment, Teller, clip, listed, printable, when
from rtlog.timelines.words import Items, Private, Quote, When, Wire

NAMES = Names({"item_1": "msg1"}, {"resp_1": "R1"})


def told(*words: object, private: bool = True) -> str:
    teller = Teller(NAMES, 1_000_000, private=private)
    return "".join(segment.text for segment in teller.tell(words))  # type: ignore[arg-type]


def test_what_a_terminal_would_obey_is_shown() -> None:
    hostile = "\x1b[2J\x1b]0;owned\x07\r\n\u202egnp.exe\x00\u2028"

    assert printable(hostile).isprintable()
    assert told(Private(hostile), Quote(hostile), Wire(hostile), Items((hostile,))).isprintable()


def test_long_texts_are_cut_and_say_so() -> None:
    assert clip("x" * 1000) == "x" * 120 + "…"
    assert len(told(Items(("i" * 100_000,)))) < 200


def test_half_a_character_is_no_error() -> None:
    assert printable("\ud83d") == "\\ud83d"


def test_ids_in_quotes_become_labels() -> None:
    assert told(Quote("`item_1` not found in resp_1")) == "`msg1` not found in R1"


def test_private_words_are_only_counted_on_demand() -> None:
    assert told(Private("hello")) == "“hello”"
    assert told(Private("hello"), private=False) == "5 characters"


def test_times_are_offsets_or_lines() -> None:
    at = Moment(7, 3, 83_400_000, "server", "x", 1)

    assert told(When(at)) == "T+82ms"
    assert when(at, None) == "line 7"
    assert when(Moment(7, 3, 500_000, "server", "x", 1), 1_000_000) == "T+0ms"


def test_segments_carry_roles() -> None:
    assert Teller(NAMES, None).tell(("of ", Items(("item_1",)))) == (Segment("of "), Segment("msg1", "name"))


def test_lists_are_bounded() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed([str(n) for n in range(20)], 3) == "17 more, 17, 18, 19"
