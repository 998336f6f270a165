"""What the client's SDK tells of itself, in whole steps."""

from rtlog.recordings.samples.parts import Entry, Fields
from rtlog.recordings.samples.tape import Tape


def heard_history(tape: Tape) -> None:
    """Let the application have committed the history, each message once its turn was over."""
    begin = tape.start + 500
    for label, ms in (("msg1", 1301), ("msg2", 2600), ("msg3", 4301), ("msg4", 5600)):
        committed(tape, label, begin + ms)


def committed(tape: Tape, label: str, ms: float, *, interrupted: bool | None = None) -> Entry:
    """Let the application hold the item at *ms*, with what was said in it."""
    item = tape.items[label]
    what: Fields = {"role": item.role} if item.role else {"kind": item.kind}
    cut: Fields = {} if interrupted is None else {"interrupted": interrupted}
    fields: Fields = {"item_id": item.id, **what, "empty": False, **cut}
    return tape.at(ms).local_event("item_committed", **fields)


def push_begin(tape: Tape, push: str, items: str, *, source: str = "local", reason: str = "") -> Entry:
    """Begin to push a context of *items* (labels); *source*: the application's (`local`) or a copy of the mirror."""
    why: Fields = {"reason": reason} if reason else {}
    ids = [tape.id(label) for label in items.split()]
    return tape.local_event("ctx_push_begin", push_id=push, source=source, items=[*ids], **why)


def push_end(tape: Tape, push: str, error: str = "") -> Entry:
    """End that push; *error* is what the caller got instead of a new context."""
    why: Fields = {"error": error} if error else {}
    return tape.local_event("ctx_push_end", push_id=push, **why)


def refused(tape: Tape, label: str, previous: str) -> Entry:
    """Let the mirror refuse a new item because it does not know *previous*."""
    anchor = tape.id(previous)
    why = f"failed to insert item `{tape.id(label)}`: previous_item_id `{anchor}` not found"
    return tape.local_event(
        "remote_item_added", item_id=tape.id(label), previous_item_id=anchor, inserted=False, error=why
    )


def placeholder(tape: Tape, label: str, previous: str) -> Entry:
    """Let the application's context take an empty placeholder behind *previous*, its tail."""
    return tape.local_event("placeholder_added", item_id=tape.id(label), previous_item_id=tape.id(previous))


def skipped(tape: Tape, label: str, previous: str, tail: str) -> Entry:
    """Let the application's context take no placeholder, because its tail is *tail* and not *previous*."""
    anchor, local_tail = tape.id(previous), tape.id(tail)
    fields: Fields = {"item_id": tape.id(label), "previous_item_id": anchor, "local_tail": local_tail}
    return tape.local_event("placeholder_skipped", **fields)


def reply(tape: Tape, step: str, request: Entry) -> Entry:
    """Let the caller's wait for the reply to *request* be `requested`, or end in `created`, `timeout`, `cancelled`."""
    return tape.local_event(f"reply_{step}", event_id=request.fields["event_id"])
