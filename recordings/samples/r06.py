"""R6: a response begins 300 ms after its caller gave up, and plays unasked (livekit/agents#6222, 1.6.4).

R6b: the client remembers the request and cancels the response as soon as it begins (1.6.5).
"""

from rtlog.recordings.samples.parts import Entry, Expected
from rtlog.recordings.samples.sdk import committed, heard_history, reply
from rtlog.recordings.samples.tape import Tape
from rtlog.recordings.samples.turns import begin_message, end_message, history, speak, user_turn

CREATED = 10_300


def tape() -> Tape:
    """Give R6; its clock starts at the request."""
    t = _tape("r06-late-response-created-6222", "A reply that its caller had given up begins and plays", "1.6.4")
    asked = _given_up(t)
    t.at(CREATED).response_created("resp_1", asked)
    t.at(CREATED + 60).message("msg6", "assistant", "It is in Lyon and arrives tomorrow.")
    begin_message(t, "resp_1", "msg6", "msg5", CREATED + 60)
    over = speak(t, "resp_1", "msg6", CREATED + 80, deltas=4)
    t.at(CREATED + 90).local_event("playback_started", item_id=t.id("msg6"), ms=0)
    end_message(t, "resp_1", "msg6", over + 10)
    t.at(over + 12).response_done("resp_1")
    t.at(CREATED + 1090).local_event("playback_finished", item_id=t.id("msg6"), ms=1000)
    committed(t, "msg6", CREATED + 1100)
    t.close(CREATED + 1500)

    t.wire = [Expected("RT201", "warning", "likely", asked, responses=("resp_1",))]
    t.local = [Expected("RT201", "error", "proven", asked, responses=("resp_1",))]
    return t


def twin() -> Tape:
    """Give R6b."""
    t = _tape("r06b-late-response-discarded", "A reply that its caller had given up begins and is discarded", "1.6.5")
    asked = _given_up(t)
    t.at(CREATED).response_created("resp_1", asked)
    t.at(CREATED + 1).response_cancel("resp_1")
    t.at(CREATED + 80).response_done("resp_1", status="cancelled", reason="client_cancelled")
    t.close(CREATED + 500)

    t.wire = [Expected("RT201", "info", "likely", asked, responses=("resp_1",))]
    t.local = [Expected("RT201", "info", "proven", asked, responses=("resp_1",))]
    return t


def _tape(name: str, title: str, release: str) -> Tape:
    sdk = {"livekit-agents": release, "livekit-plugins-openai": release}
    return Tape(name, title, start=-9000, client="LiveKit Agents", sdk=sdk)


def _given_up(t: Tape) -> Entry:
    """Ask for an answer to msg5 at 0 and give it up at 10 s; gives the request."""
    t.open(create=False)
    history(t, asked=True)
    user_turn(t, "msg5", "Where is it now?", "msg4", -60)
    heard_history(t)
    committed(t, "msg5", -50)
    asked = t.at(0).response_create("resp_1")
    reply(t, "requested", asked)
    reply(t.at(10_000), "timeout", asked)
    return asked
