from rtlog.recordings.taps.livekit.playback import MOST_WAITING, Playing


def audio(item: str, response: str) -> dict[str, object]:
    return {"type": "response.output_audio.delta", "item_id": item, "response_id": response, "delta": ""}


def done(response: str, status: str) -> dict[str, object]:
    return {"type": "response.done", "response": {"id": response, "status": status}}


def after(*events: dict[str, object]) -> Playing:
    playing = Playing()
    for event in events:
        playing.heard(event)
    return playing


def test_messages_are_played_in_the_order_in_which_their_audio_came():
    playing = after(audio("msg1", "R1"), audio("msg1", "R1"), audio("msg2", "R2"))

    assert (playing.started(), playing.finished()) == ("msg1", "msg1")
    assert (playing.started(), playing.item_id) == ("msg2", "msg2")


def test_a_cancelled_response_is_played_where_nothing_else_is_there():
    playing = after(audio("msg1", "R1"), done("R1", "cancelled"))

    assert playing.started() == "msg1"


def test_a_cancelled_response_gives_way_to_one_that_was_not():
    playing = after(audio("msg1", "R1"), done("R1", "cancelled"), audio("msg2", "R2"), done("R2", "completed"))

    assert playing.started() == "msg2"
    playing.finished()
    assert playing.started() is None


def test_what_was_cut_off_before_its_turn_is_not_played():
    playing = after(audio("msg1", "R1"), audio("msg2", "R2"))
    playing.truncated("msg1")

    assert playing.started() == "msg2"


def test_what_waits_is_bounded_and_the_newest_stay():
    playing = after(*(audio(f"msg{number}", "R1") for number in range(MOST_WAITING + 10)))

    assert playing.started() == "msg10"
