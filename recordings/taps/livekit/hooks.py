"""Hooks into somebody else's objects: none can raise into them, and all can be taken out again."""

import functools
import inspect
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Any, Final, TypeVar

from rtlog.recordings.taps.livekit.parts import Emitter

T = TypeVar("T")
Before = Callable[..., Any]
"""Gets the call's arguments; what it gives is handed to the one that is called afterwards."""
After = Callable[[Any, Any], None]
"""Gets what the `Before` gave, and what the method gave."""
Ended = Callable[[Any, Any, BaseException | None], None]
"""Gets what the `Before` gave, what the awaited method gave, and the error that ended it, if one did."""
Around = Callable[[], AbstractContextManager[None]]

_ANYTHING: Final = inspect.Signature([inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL)])


class Guard:
    """Runs what may fail, counts its failures, and tells *tell* of the first of each kind."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.failures = 0
        self._tell = tell
        self._told: set[str] = set()

    def run(self, name: str, act: Callable[..., T], *args: object, **kwargs: object) -> T | None:
        """Give what *act* gives, or `None` where it failed."""
        try:
            return act(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is ours and not the session's
            self._failed(name, error)
            return None

    def _failed(self, name: str, error: Exception) -> None:
        self.failures += 1
        if name in self._told:
            return
        self._told.add(name)
        with suppress(Exception):
            self._tell(f"the hook on {name} failed, and may have missed events: {type(error).__name__}: {error}")


class Hooks:
    """The hooks of one tap; *guard* runs their bodies, *around* says of what is called whom it is about."""

    def __init__(self, guard: Guard, around: Around) -> None:
        self._guard = guard
        self._around = around
        self._undo: list[Callable[[], object]] = []

    def listen(self, emitter: Emitter, event: str, callback: Callable[..., object]) -> Callable[[], object]:
        """Call *callback* on every *event* of *emitter*; gives what ends that."""
        run = self._guard.run

        def heard(*args: object) -> None:
            run(event, callback, *args)

        # The emitter asks for the signature at every event, and takes a ready one.
        vars(heard)["__signature__"] = _ANYTHING
        emitter.on(event, heard)
        return self._undone_by(lambda: emitter.off(event, heard))

    def method(
        self,
        holder: object,
        name: str,
        before: Before | None = None,
        after: After | None = None,
        *,
        about: bool = False,
    ) -> bool:
        """Hook the method *name* of *holder*; *about*: what it logs is about this session. False where it has none."""
        original = getattr(holder, name, None)
        if not callable(original):
            return False
        run, around = self._guard.run, self._around if about else nullcontext

        @functools.wraps(original)
        def hooked(*args: object, **kwargs: object) -> object:
            given = run(name, before, *args, **kwargs) if before else None
            with around():
                result = original(*args, **kwargs)
            if after:
                run(name, after, given, result)
            return result

        return self._put(holder, name, hooked)

    def awaited(self, holder: object, name: str, before: Before | None = None, ended: Ended | None = None) -> bool:
        """Hook the coroutine method *name* of *holder*; false where it has none."""
        original: Callable[..., Awaitable[object]] | None = getattr(holder, name, None)
        if original is None:
            return False
        run = self._guard.run

        @functools.wraps(original)
        async def hooked(*args: object, **kwargs: object) -> object:
            given = run(name, before, *args, **kwargs) if before else None
            try:
                result = await original(*args, **kwargs)
            except BaseException as error:
                if ended:
                    run(name, ended, given, None, error)
                raise
            if ended:
                run(name, ended, given, result, None)
            return result

        return self._put(holder, name, hooked)

    def remove(self) -> None:
        """Take every hook out, the last one first."""
        while self._undo:
            self._guard.run("detaching", self._undo.pop())

    def _put(self, holder: object, name: str, hooked: Callable[..., object]) -> bool:
        try:
            setattr(holder, name, hooked)
        except AttributeError:
            return False
        self._undone_by(lambda: _restore(holder, name, hooked))
        return True

    def _undone_by(self, undo: Callable[[], object]) -> Callable[[], object]:
        self._undo.append(undo)
        return undo


def _restore(holder: object, name: str, hooked: Callable[..., object]) -> None:
    """Let the class's method show again, unless somebody has hooked it after us: theirs still calls ours."""
    if vars(holder).get(name) is hooked:
        delattr(holder, name)
