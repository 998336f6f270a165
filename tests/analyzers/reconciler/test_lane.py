"""A lane: what a window of it shows."""

from rtlog.analyzers.reconciler.lane import CUT, WINDOW, Lane


def test_a_window_of_a_long_lane_shows_what_stands_around_an_item_and_says_that_more_stands_there():
    lane = Lane()
    for number in range(300):
        lane.append(f"i{number}")

    assert lane.window("i150", None) == (CUT, *(f"i{n}" for n in range(150 - WINDOW, 151 + WINDOW)), CUT)
    assert lane.window("i2", None) == (*(f"i{n}" for n in range(3 + WINDOW)), CUT)
    assert lane.window("i299", None) == (CUT, *(f"i{n}" for n in range(299 - WINDOW, 300)))


def test_a_window_shows_the_place_of_an_item_that_is_gone_and_the_tail_for_one_that_never_was_there():
    lane = Lane()
    for number in range(300):
        lane.append(f"i{number}")
    before = lane.window("i150", "i149")
    lane.remove("i150")

    assert lane.window("i150", "i149") == tuple(item_id for item_id in before if item_id != "i150")
    assert lane.window("x", None) == (CUT, *(f"i{n}" for n in range(300 - WINDOW, 300)))
    assert Lane().window("x", None) == ()
