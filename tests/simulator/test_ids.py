import re

from rtlog.simulator.ids import Mint


def test_an_id_has_the_providers_shape_and_tells_its_second():
    # From a public capture: this session was created in the second that its id begins with.
    made = Mint("any", lambda: 1_785_214_055).id("item")

    assert re.fullmatch(r"item_E6U11[0-9A-Za-z]{16}", made)


def test_equal_seeds_give_equal_ids_and_no_id_twice():
    one, other, third = (Mint(seed, lambda: 1_785_214_055) for seed in ("a", "a", "b"))

    first = [one.id("item"), one.id("item"), one.id("resp"), one.call_id()]

    assert first == [other.id("item"), other.id("item"), other.id("resp"), other.call_id()]
    assert len({each.partition("_")[2] for each in first}) == 4
    assert third.id("item") not in first


def test_call_ids_tell_no_time():
    assert re.fullmatch(r"call_[0-9A-Za-z]{16}", Mint("any", lambda: 0).call_id())
