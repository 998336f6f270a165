"""R8: a placeholder of an answer that was cancelled before its first word stays behind (livekit/agents#5114, 1.5.0).

R8b: the next item is anchored to it, so it is kept on purpose.
"""

from rtlog.recordings.samples.parts import Expected
from rtlog.recordings.samples.sdk import committed, heard_history, placeholder
from rtlog.recordings.samples.tape import Tape
from rtlog.recordings.samples.turns import end_item, history, speech, spoken_answer, user_turn, utterance_lands


def tape() -> Tape:
    """Give R8; its clock starts when the answer m is added."""
    t = _tape("r08-stale-placeholder-5114", "An empty placeholder stays in the application's context")
    # The client decides what interrupts, so that the user's second sentence ends while the answer is being made.
    _before(t, interrupt=False)
    t.at(-1200).response_created("resp_1")
    speech(t, "msg6", "And please tell me the street, too.", -920, 900)
    t.at(-20).committed("msg6", "msg5")

    t.at(0).message("m", "assistant", "")
    t.output_item_added("resp_1", "m")
    added = t.item_added("m", "msg5", status="in_progress")
    placeholder(t.at(1), "m", "msg5")
    t.at(10).item_added("msg6", "msg5")
    t.item_done("msg6")
    t.transcribed("msg6")
    committed(t, "msg6", 20)
    t.at(40).response_cancel("resp_1")
    end_item(t, "resp_1", "m", 110, status="incomplete")
    t.at(112).response_done("resp_1", status="cancelled", reason="client_cancelled")
    _a_turn_later(t, 200)

    t.wire = [Expected("RT103", "info", "possible", added, ("m",))]
    t.local = [Expected("RT103", "warning", "proven", added, ("m",))]
    return t


def twin() -> Tape:
    """Give R8b."""
    t = _tape("r08b-placeholder-kept-on-purpose", "An empty placeholder is what the next item is anchored to")
    _before(t, interrupt=True)
    t.at(-1200).response_created("resp_1")
    t.at(0).message("m", "assistant", "")
    t.output_item_added("resp_1", "m")
    added = t.item_added("m", "msg5", status="in_progress")
    placeholder(t.at(1), "m", "msg5")
    speech(t, "msg6", "And please tell me the street, too.", 60, 900)
    end_item(t, "resp_1", "m", 65, status="incomplete")
    t.at(66).response_done("resp_1", status="cancelled", reason="turn_detected")
    utterance_lands(t, "msg6", "m", 980)
    placeholder(t.at(981), "msg6", "m")
    committed(t, "msg6", 990)
    _a_turn_later(t, 1030)

    t.wire = [Expected("RT103", "info", "possible", added, ("m",))]
    t.local = [Expected("RT103", "info", "proven", added, ("m",))]
    return t


def _tape(name: str, title: str) -> Tape:
    sdk = {"livekit-agents": "1.5.0", "livekit-plugins-openai": "1.5.0"}
    return Tape(name, title, start=-9000, client="LiveKit Agents", sdk=sdk)


def _before(t: Tape, *, interrupt: bool) -> None:
    t.open(interrupt=interrupt)
    history(t)
    heard_history(t)
    user_turn(t, "msg5", "Where is it now?", "msg4", -1250)
    committed(t, "msg5", -1240)


def _a_turn_later(t: Tape, created: float) -> None:
    spoken_answer(t, "resp_2", "msg7", "It is in Lyon, in the Rue Neuve.", "msg6", created)
    placeholder(t.at(created + 11), "msg7", "msg6")
    committed(t, "msg7", created + 1100)
    t.close(created + 1500)
