"""Attaching the tap: once a session, one file each, until the session closes."""

from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

from rtlog.recordings.errors import RtlogError
from rtlog.recordings.format import AudioPolicy
from rtlog.recordings.taps.livekit.agent import AgentTap
from rtlog.recordings.taps.livekit.realtime import Application, RealtimeTap
from rtlog.recordings.taps.livekit.tape import Tape


class Tap:
    """A session that is recorded; `detach` ends that, and so does the end of the session."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape

    @property
    def path(self) -> Path:
        """The recording's file."""
        return self._tape.path

    @property
    def closed(self) -> bool:
        """Whether the recording has ended."""
        return self._tape.closed

    @property
    def failures(self) -> int:
        """How many calls of hooks failed; the session did not notice, the recording may lack events."""
        return self._tape.failures

    def detach(self) -> None:
        """Take the hooks out and end the recording, whose last lines are written meanwhile; twice is once."""
        self._tape.detach()

    def close(self) -> None:
        """Detach, and wait until the recording is on the disk."""
        self._tape.close()


class _Bare(Application):
    """A plugin's session without an agent: its end is the recording's."""

    def __init__(self, tap: Tap) -> None:
        self._tap = tap

    def over(self) -> None:
        self._tap.detach()


_attached: Final[WeakKeyDictionary[Any, Tap]] = WeakKeyDictionary()


def attach(
    session: Any,  # noqa: ANN401 - LiveKit is not imported
    path: Path | str | None = None,
    *,
    force: bool = False,
    audio: AudioPolicy = "meta",
    title: str | None = None,
) -> Tap:
    """Record *session*, an `AgentSession` (best before its `start`) or a `RealtimeSession`, until it closes.

    *path* is the file, by default a new one in the folder of recordings; an existing one is refused, or with *force*
    replaced. *audio*: `meta` keeps of voices their length and hash alone, `keep` keeps them. A session that is recorded
    already goes on into its file: its tap is given again. Raises RtlogError when *session* is neither, RecordingError
    when the file exists or cannot be made; afterwards nothing here raises into the session.
    """
    bare = hasattr(session, "realtime_model")
    if not bare and not hasattr(session, "generate_reply"):
        raise RtlogError(f"{type(session).__name__} is no AgentSession and no RealtimeSession; attach one of these")
    known = _attached.get(session)
    if known is not None and not known.closed:
        return known
    tape = Tape(path, _address(session), force=force, audio=audio, title=title)
    tap = Tap(tape)
    _attached[session] = tap
    tape.hooks.run("attaching", _hook, session, tape, tap, bare=bare)
    return tap


def _hook(session: Any, tape: Tape, tap: Tap, *, bare: bool) -> None:  # noqa: ANN401 - as above
    if bare:
        missing = RealtimeTap(session, tape, _Bare(tap)).attach()
    else:
        missing = AgentTap(session, tape).attach()
        tape.hooks.listen(session, "close", lambda *_: tap.detach())
    if missing:
        tape.mark(f"not told, because this release has no such method: {', '.join(missing)}")


def _address(session: Any) -> str:  # noqa: ANN401 - as above
    """Give the provider's URL, as far as the session's model tells it."""
    model = getattr(session, "realtime_model", None) or getattr(session, "llm", None)
    return str(getattr(getattr(model, "_opts", None), "base_url", None) or "")
