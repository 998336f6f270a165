"""From one connection to the next: the history is told again."""

from sessions.clock import Actor
from sessions.seen import Seen
from sessions.session import Session
from sessions.wire import Json, message


def reconnect(s: Session) -> Actor:
    """The socket is lost, or given up before its limit; the history is told again on the next one."""
    yield from s.quiet()
    if s.habits.transcribes:
        yield lambda: all(seen.transcribed or seen.own for seen in s.client.items.values() if _is_user(seen))
    history = [s.client.items[item_id] for item_id in s.client.order]
    while any(s.client.playback.unplayed()):
        yield 100
    if s.client.errors:
        yield 1100  # else it looks as if the client took the last error for the end
    s.disconnect(*s.rng.choice((("server", 1001), ("client", 1000), ("server", 1006))))
    yield s.rng.randint(50, 3000)
    yield from s.connect()
    if s.habits.provider.resumes and s.rng.random() < 0.5:
        s.server.resume([_resumed(seen) for seen in history])
        yield lambda: len(s.client.order) == len(history)
        for seen in history:
            s.client.remember(seen)
    elif s.habits.transcribes and s.habits.provider.edits_items:
        yield from _replay(s, history)


def _resumed(seen: Seen) -> Json:
    if seen.item["type"] != "message" or not seen.text:
        return seen.item
    return seen.item | {"content": [{"type": "input_audio" if _is_user(seen) else "audio", "transcript": seen.text}]}


def _replay(s: Session, history: list[Seen]) -> Actor:
    client, sent = s.client, 0
    answered = {seen.item["call_id"] for seen in history if seen.item["type"] == "function_call_output"}
    keeps_ids = s.rng.random() < 0.5
    for seen in history:
        item = _again(seen, answered)
        if item is not None:
            client.create({"id": seen.id, **item} if keeps_ids else item)
            sent += 1
    yield lambda: client.counts.get("conversation.item.added", 0) >= sent


def _again(seen: Seen, answered: set[str]) -> Json | None:
    match seen.item["type"]:
        case "message":
            return message(seen.item["role"], seen.text) if seen.text else None
        case "function_call" if seen.item["call_id"] not in answered:
            return None
        case "function_call" | "function_call_output" as kind:
            fields = ("call_id", "name", "arguments") if kind == "function_call" else ("call_id", "output")
            return {"type": kind, **{name: seen.item[name] for name in fields}}
        case _:
            return None


def _is_user(seen: Seen) -> bool:
    return bool(seen.role == "user")
