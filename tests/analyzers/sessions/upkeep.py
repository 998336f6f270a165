"""What an application does beside the turns: trims, notes, updates, questions of its own."""

from sessions.client import Client
from sessions.clock import Actor
from sessions.seen import Seen
from sessions.session import Session
from sessions.wire import Json, message, settings_object


def trim(s: Session) -> Actor:
    """Old items are deleted, a call together with its output."""
    s.beside(_trim(s))
    yield 0


def _trim(s: Session) -> Actor:
    client = s.client
    units = [_with_its_output(client, seen) for seen in client.settled()[: s.rng.randint(1, 3)]]
    old = [
        seen for unit in units if not any(one.claimed or one.id in client.order[-2:] for one in unit) for seen in unit
    ]
    for seen in old:
        seen.claimed = True
    for seen in old:
        yield from _one_delete_at_a_time(s)
        client.delete(seen.id)
    yield lambda: not client.deleting


def _with_its_output(client: Client, seen: Seen) -> list[Seen]:
    return [seen] if seen.answered_by is None else [seen, client.items[seen.answered_by]]


def _one_delete_at_a_time(s: Session) -> Actor:
    if s.habits.provider.idless_deletes:
        yield lambda: not s.client.deleting


def note(s: Session) -> Actor:
    """The application adds a system message."""
    s.beside(_note(s))
    yield 0


def _note(s: Session) -> Actor:
    client = s.client
    added = s.acknowledged("conversation.item.added")
    settled = client.settled()
    anchor = settled[-1] if s.habits.anchors and settled else None
    if anchor is not None:
        anchor.claimed = True
    at_head = anchor is None and s.rng.random() < 0.2
    client.create(message("system", s.words.sentence()), after=anchor.id if anchor else "root" if at_head else None)
    yield added
    yield lambda: not client.creating
    if anchor is not None:
        anchor.claimed = False


def update(s: Session) -> Actor:
    """An item gets new words: deleted and created again, back to back, under its id."""
    s.beside(_update(s))
    yield 0


def _update(s: Session) -> Actor:
    client = s.client
    yield from _one_delete_at_a_time(s)
    messages = [seen for seen in client.settled() if seen.item["type"] == "message"]
    if not messages:
        return
    seen = s.rng.choice(messages)
    before = client.order[client.order.index(seen.id) - 1] if client.order[0] != seen.id else "root"
    if before != "root" and (client.items[before].claimed or before in client.deleting):
        return
    seen.claimed = True
    if before != "root":
        client.items[before].claimed = True
    client.delete(seen.id)
    client.create({"id": seen.id, **message(seen.item["role"], s.words.sentence())}, after=before)
    yield lambda: not client.creating and not client.deleting
    if before in client.items:
        client.items[before].claimed = False


def retrieve(s: Session) -> Actor:
    """The application looks an item up."""
    s.beside(_retrieve(s))
    yield 0


def _retrieve(s: Session) -> Actor:
    settled = s.client.settled()
    if settled:
        seen = s.rng.choice(settled)
        seen.claimed, retrieved = True, s.acknowledged("conversation.item.retrieved")
        s.client.send("conversation.item.retrieve", item_id=seen.id)
        yield retrieved
        seen.claimed = False


def side_question(s: Session) -> Actor:
    """A response out of band, with a topic of its own."""
    s.beside(_side_question(s))
    yield 0


def _side_question(s: Session) -> Actor:
    name = s.client.name("topic")
    modalities = "modalities" if s.habits.provider.flat_session else "output_modalities"
    s.client.send(
        "response.create", response={"conversation": "none", "metadata": {"topic": name}, modalities: ["text"]}
    )
    yield lambda: any(r.topic == name and r.status != "in_progress" for r in s.client.responses.values())


def tune(s: Session) -> Actor:
    """A setting changes that no response depends on."""
    s.beside(_tune(s))
    yield 0


def _tune(s: Session) -> Actor:
    updated = s.acknowledged("session.updated")
    settings: Json = {"type": "realtime", "audio": {"input": {"noise_reduction": {"type": "near_field"}}}}
    if s.habits.provider.flat_session:
        settings = {"temperature": 0.7}
    if s.rng.random() < 0.3:
        settings = settings_object(s.habits, configured=True)  # all over again, nothing changed
    s.client.send("session.update", session=settings)
    yield updated


def clear(s: Session) -> Actor:
    """The microphone's buffer is emptied between two turns."""
    yield from s.quiet()
    cleared = s.acknowledged("input_audio_buffer.cleared")
    s.client.send("input_audio_buffer.clear")
    yield cleared


def idle(s: Session) -> Actor:
    """Nobody says anything for a while."""
    yield from s.quiet()
    yield 20_000
