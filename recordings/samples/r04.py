"""R4: after a barge-in every item chains off one that was deleted (livekit/agents#6392, xAI)."""

from rtlog.recordings.samples.parts import Entry, Expected
from rtlog.recordings.samples.sdk import committed, push_begin, push_end
from rtlog.recordings.samples.xai import XaiTape, answer, user_turn

UNHEARD = ("unheard_1", "55273a67", "unheard_3")


def tape() -> XaiTape:
    """Give the tape; its clock starts when the client deletes what the user will never hear."""
    t = XaiTape(
        "r04-xai-cascade-6392",
        "Acknowledgements without ids, and a cascade of items behind a deleted one",
        start=-9000,
        client="LiveKit Agents",
        sdk={"livekit-agents": "1.6.4", "livekit-plugins-xai": "1.6.4"},
        starts={label: label for label in ("55273a67", "f6dce9e1", "f8cccbcc", "c1581c9d")},
    )
    t.open_xai()
    user_turn(t, "msg1", "Read me my messages, please.", None, -7000, 900)
    committed(t, "msg1", -6070)
    # 8 s of speech: it still plays when the user speaks up, and the three behind it were never heard.
    answer(
        t,
        "R1",
        "msg2",
        "You have three messages. The first one is long, bear with me.",
        "msg1",
        -6000,
        delta_ms=2000,
    )
    answer(t, "R2", "unheard_1", "Your parcel has left the depot.", "msg2", -4400)
    answer(t, "R3", "55273a67", "Your invoice is ready.", "unheard_1", -4000)
    answer(t, "R4", "unheard_3", "Your subscription was renewed.", "55273a67", -3600)

    no_id = _unheard_go(t)
    stale = user_turn(t, "f6dce9e1", "Stop, that is enough for today.", "55273a67", 200, 900)
    _lost(t, "f6dce9e1", "55273a67", 202)
    committed(t, "f6dce9e1", 1130)
    answer(t, "R5", "f8cccbcc", "All right, I will stop here.", "f6dce9e1", 1200)
    _lost(t, "f8cccbcc", "f6dce9e1", 1221)
    committed(t, "f8cccbcc", 2250)
    answer(t, "R6", "c1581c9d", "Is there anything else I can do?", "f6dce9e1", 2600)
    _lost(t, "c1581c9d", "f6dce9e1", 2621)
    committed(t, "c1581c9d", 3650)
    t.close(4000)

    t.wire = t.local = [
        Expected("RT506", "info", "proven", no_id, UNHEARD),
        Expected("RT102", "error", "likely", stale, ("f6dce9e1",)),
    ]
    return t


def _unheard_go(t: XaiTape) -> Entry:
    t.microphone(-600, -200)
    t.at(-20).local_event("interrupt_called", item_id=t.id("msg2"), reason="the user speaks")
    committed(t, "msg2", -10, interrupted=True)
    push_begin(t.at(-1), "push_1", "msg1 msg2", reason="messages that were never played")
    for label in UNHEARD:
        t.at(0).client_delete(label)
    first = t.at(160).item_deleted_without_id()
    t.at(170).item_deleted_without_id()
    t.at(180).item_deleted_without_id()
    push_end(t.at(182), "push_1")
    return first


def _lost(t: XaiTape, label: str, previous: str, ms: float) -> None:
    message = f"failed to insert item {t.id(label)[:8]}: previous_item_id {t.id(previous)[:8]} not found"
    t.at(ms).local_event("log", level="warning", message=message)
