"""How a response streams: created, items and parts, deltas, done; or cancelled somewhere on the way."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sessions.clock import Actor
from sessions.model import Output, Plan
from sessions.wire import Json

if TYPE_CHECKING:
    from sessions.server import Server


@dataclass(slots=True)
class Made:
    """An item that a response is making."""

    item: Json
    output: Output
    index: int
    text: str = ""
    said: str = ""
    audio_ms: int = 0


@dataclass(slots=True)
class Response:
    """A response of the server."""

    id: str
    asked: Json
    plan: Plan
    out_of_band: bool = False
    created: bool = False
    done: bool = False
    unfinished: list[Made] = field(default_factory=list)
    finished: list[Json] = field(default_factory=list)
    spoken: list[str] = field(default_factory=list)

    def told(self, server: "Server", status: str, details: Json | None) -> Json:
        """Give the response as events show it."""
        told: Json = {"id": self.id, "object": "realtime.response", "status": status, "status_details": details}
        told["output"] = self.finished
        if server.provider.names_conversation:
            told["conversation_id"] = None if self.out_of_band else server.conversation_id
        if "metadata" in self.asked:
            told["metadata"] = self.asked["metadata"]
        if "output_modalities" in self.asked:
            told["output_modalities"] = self.asked["output_modalities"]
        return told

    def create(self, server: "Server") -> None:
        """Announce it."""
        self.created = True
        server.emit("response.created", response=self.told(server, "in_progress", None) | {"output": []})
        if server.provider.rate_limits == "created":
            server.emit("rate_limits.updated", rate_limits=LIMITS)

    def cancel(self, server: "Server", reason: str) -> None:
        """Stop at once."""
        silent = self.created and not (self.unfinished or self.finished)
        if server.provider.drops_responses and silent and reason == "turn_detected":
            self.leave(server)
            return
        if not self.created:
            self.create(server)
        _finish_open(server, self, "incomplete")
        self.end(server, "cancelled", {"type": "cancelled", "reason": reason})

    def leave(self, server: "Server") -> None:
        """Be done, without a word."""
        self.done = True
        del server.running[self.id]
        if server.active is self:
            server.active = None

    def end(self, server: "Server", status: str, details: Json | None = None) -> None:
        """Tell that it is done."""
        self.leave(server)
        told = self.told(server, status, details)
        heard = 40 + 30 * len(server.order)
        usage = {"total_tokens": heard + 20, "input_tokens": heard, "output_tokens": 20}
        if server.provider.usage_on_top:
            server.emit("response.done", response=told, usage=usage)
        else:
            server.emit("response.done", response=told | {"usage": usage})
        if server.provider.rate_limits == "done" and status == "completed":
            server.clock.spawn(_tell_limits(server), 43)


LIMITS = [
    {"name": "requests", "limit": 5000, "remaining": 4990, "reset_seconds": 0.02},
    {"name": "tokens", "limit": 40_000, "remaining": 36_000, "reset_seconds": 6.0},
]


def _tell_limits(server: "Server") -> Actor:
    server.emit("rate_limits.updated", rate_limits=LIMITS)
    yield 0


def stream(server: "Server", r: Response) -> Actor:
    """Make everything that the plan says."""
    if r.done or server.closed:
        return
    if not server.provider.creates_lazily:
        r.create(server)
    outputs = r.plan.outputs or [_default(server, r)]
    for number, output in enumerate(outputs):
        yield server.rng.randint(20, 90 if number else 300)
        yield from _make(server, r, output)
        if r.done or server.closed:
            return
        if not r.plan.overlaps or output is outputs[-1]:
            _finish_open(server, r, "completed")
    if server.habits.sideband and r.spoken:
        server.playing = r
        server.clock.spawn(_play_out(server, r), 1500)
    r.end(server, r.plan.status, r.plan.details)


def _make(server: "Server", r: Response, output: Output) -> Actor:
    if r.done or server.closed:
        return
    if not r.created:
        r.create(server)
    made = _begin(server, r, output)
    for _ in _deltas(server, r, made):
        yield server.rng.randint(*r.plan.pace)
        if r.done or server.closed:
            return


def _default(server: "Server", r: Response) -> Output:
    writes = not server.habits.speaks or r.asked.get("output_modalities") == ["text"]
    return Output("text" if writes else "audio", server.rng.randint(1, 3))


def _play_out(server: "Server", r: Response) -> Actor:
    if server.playing is r:
        server.playing = None
        server.emit("output_audio_buffer.stopped", response_id=r.id)
    yield 0


def _begin(server: "Server", r: Response, output: Output) -> Made:
    item: Json = {"id": server.id("item"), "object": "realtime.item", "status": "in_progress"}
    match output.kind:
        case "call":
            item |= {"type": "function_call", "call_id": server.id("call"), "name": output.name, "arguments": ""}
        case "mcp":
            item |= {"type": "mcp_call", "server_label": "docs", "name": output.name, "arguments": ""}
        case _:
            item |= {"type": "message", "role": "assistant", "content": []}
    made = Made(item, output, len(r.finished) + len(r.unfinished))
    made.text = output.arguments if output.kind in {"call", "mcp"} else server.words.sentence()
    r.unfinished.append(made)
    server.emit("response.output_item.added", response_id=r.id, output_index=made.index, item=dict(item))
    if not r.out_of_band:
        server.insert(dict(item), server.tail())
    return made


def _deltas(server: "Server", r: Response, made: Made) -> Iterator[None]:
    output, place = made.output, {"response_id": r.id, "item_id": made.item["id"], "output_index": made.index}
    if output.kind in {"audio", "text"}:
        place["content_index"] = 0
        kind = "text" if output.kind == "text" else "audio"
        server.emit(
            "response.content_part.added", **place, part={"type": kind, "text" if kind == "text" else "transcript": ""}
        )
    for piece in _pieces(made.text, output.deltas):
        yield
        made.said += piece
        match output.kind:
            case "call":
                name = "response.function_call_arguments.delta"
                server.emit(name, **place, call_id=made.item["call_id"], delta=piece)
            case "mcp":
                server.emit("response.mcp_call_arguments.delta", **place, delta=piece)
            case "text":
                server.emit("response.output_text.delta", **place, delta=piece)
            case "audio":
                server.emit("response.output_audio_transcript.delta", **place, delta=piece)
                _audio_delta(server, r, made, place)
        if server.provider.interjects and server.rng.random() < 0.05:
            server.emit(server.rng.choice(server.provider.interjects))
    yield


def _audio_delta(server: "Server", r: Response, made: Made, place: Json) -> None:
    if server.habits.sideband:
        if not r.spoken:
            server.emit("output_audio_buffer.started", response_id=r.id)
        r.spoken = [*r.spoken, made.item["id"]] if made.item["id"] not in r.spoken else r.spoken
        return
    made.audio_ms += r.plan.delta_ms
    if made.item["id"] in server.held:
        server.held[made.item["id"]].audio_ms = made.audio_ms
    size = r.plan.delta_ms * server.habits.bytes_per_ms
    server.emit("response.output_audio.delta", size, **place, delta="")


def _finish_open(server: "Server", r: Response, status: str) -> None:
    for made in r.unfinished:
        _finish(server, r, made, status)
    r.unfinished.clear()


def _finish(server: "Server", r: Response, made: Made, status: str) -> None:
    place = {"response_id": r.id, "item_id": made.item["id"], "output_index": made.index}
    item = made.item | {"status": status}
    match made.output.kind:
        case "call" | "mcp":
            item["arguments"] = made.said
            _finish_call(server, made, place, status)
        case kind if made.said:
            item["content"] = [_finish_message(server, kind, made.said, place)]
    held = server.held.get(item["id"])
    if held is not None:
        held.item = item
    if server.provider.item_done == "all" and not r.out_of_band:
        server.emit("conversation.item.done", previous_item_id=None, item=item)
    server.emit("response.output_item.done", response_id=r.id, output_index=made.index, item=item)
    r.finished.append(item)


def _finish_call(server: "Server", made: Made, place: Json, status: str) -> None:
    if status != "completed":
        return
    if made.output.kind == "call":
        call = {"call_id": made.item["call_id"], "name": made.item["name"], "arguments": made.said}
        server.emit("response.function_call_arguments.done", **place, **call)
    else:
        server.emit("response.mcp_call_arguments.done", **place, arguments=made.said)
        where = {"item_id": place["item_id"], "output_index": made.index}
        server.emit("response.mcp_call.in_progress", **where)
        server.emit("response.mcp_call.completed", **where)


def _finish_message(server: "Server", kind: str, said: str, place: Json) -> Json:
    place = place | {"content_index": 0}
    if kind == "text":
        part = {"type": "output_text", "text": said}
        server.emit("response.output_text.done", **place, text=said)
        server.emit("response.content_part.done", **place, part=part)
        return part
    part = {"type": "output_audio", "transcript": said}
    sounds, last = not server.habits.sideband, server.provider.sound_ends_last
    if sounds and not last:
        server.emit("response.output_audio.done", **place)
    server.emit("response.output_audio_transcript.done", **place, transcript=said)
    server.emit("response.content_part.done", **place, part=part)
    if sounds and last:
        server.emit("response.output_audio.done", **place)
    return part


def _pieces(text: str, count: int) -> list[str]:
    step = -(-len(text) // max(count, 1))
    return [text[start : start + step] for start in range(0, len(text), step)]
