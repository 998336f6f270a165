"""The file of a LiveKit session: a tape that knows which connection a call came on, and what the SDK logged."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from rtlog.recordings.format import AudioPolicy
from rtlog.recordings.record import Dir
from rtlog.recordings.recorder import Recorder
from rtlog.recordings.taps import tape
from rtlog.recordings.taps.livekit import logs

CLIENT: Final = "LiveKit Agents"
PACKAGES: Final = ("livekit-agents", "livekit-plugins-openai", "livekit", "openai")
MOST_CALLS: Final = 4096


class Tape(tape.Tape):
    """One recording of one session; its connections share the file, each under its own number."""

    def __init__(
        self, path: Path | str | None, url: str, *, force: bool = False, audio: AudioPolicy = "meta", title: str | None
    ) -> None:
        super().__init__("livekit", path, PACKAGES, client=CLIENT, url=url, force=force, audio=audio, title=title)
        self._pushes = 0
        self._calls: dict[str, Recorder] = {}
        logs.listen(self.log)

    def wire(self, recorder: Recorder, direction: Dir, event: Mapping[str, object]) -> None:
        """Record an event that the SDK sent or received, as it is at this moment."""
        try:
            recorder.event(direction, event)
        except (TypeError, ValueError):
            # Half a surrogate pair, or a number beyond 64 bits: JSON that Python writes and orjson does not.
            recorder.event(direction, json.dumps(event, default=str))

    def tell(self, recorder: Recorder, kind: str, /, **fields: tape.Told) -> None:
        """Record `local.<kind>`; what is `None` is left out, but for a predecessor: null is the head."""
        told = {name: value for name, value in fields.items() if value is not None or name == "previous_item_id"}
        self.wire(recorder, "local", {"type": f"local.{kind}", **told})

    def log(self, level: str, message: str) -> None:
        """Record what the SDK logged."""
        self.hooks.run("log", self.tell, self.latest, "log", level=level, message=message)

    def next_push(self) -> str:
        """Name the next push."""
        self._pushes += 1
        return f"push_{self._pushes}"

    def note_call(self, recorder: Recorder, call_id: str) -> None:
        """Remember which connection a function call came on."""
        if len(self._calls) >= MOST_CALLS:
            del self._calls[next(iter(self._calls))]
        self._calls.setdefault(call_id, recorder)

    def call(self, call_id: str) -> Recorder:
        """Give the connection of a function call, the latest where that is not known."""
        return self._calls.get(call_id, self.latest)

    def detach(self) -> None:
        """Take the hooks out and end the recording, whose last lines are written meanwhile; twice is once."""
        logs.leave(self.log)
        if self.failures and not self.closed:
            self.hooks.run("closing", self.mark, f"{self.failures} calls of hooks failed")
        super().detach()
