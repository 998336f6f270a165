"""Hooks on methods of one given object: they raise nothing into their caller, and can be taken out again."""

import functools
import inspect
from collections.abc import Callable
from typing import Any, Final, Protocol

Before = Callable[..., Any]
"""Gets the call's arguments; what it gives is handed to the `Ended`."""
Ended = Callable[[Any, Any, BaseException | None], None]
"""Gets what the `Before` gave, what the method gave, and the error that ended it, if one did."""

_ANYTHING: Final = inspect.Signature([inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL)])


class Emitter(Protocol):
    """Whoever has events."""

    def on(self, event: str, callback: Callable[..., object]) -> object:
        """Call *callback* on every *event*."""

    def off(self, event: str, callback: Callable[..., object]) -> object:
        """Call it no longer."""


class Hooks:
    """The hooks of one tap; *tell* hears once of each method whose hook failed."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.failures = 0
        self._tell = tell
        self._told: set[str] = set()
        self._undo: list[Callable[[], None]] = []

    def method(self, holder: object, name: str, before: Before | None = None, ended: Ended | None = None) -> bool:
        """Hook the method *name*, a coroutine's or not; false where *holder* has none that can be hooked."""
        original = getattr(holder, name, None)
        if not callable(original):
            return False
        hook = _around_coroutine if inspect.iscoroutinefunction(original) else _around_function
        hooked = hook(original, _Sides(self, name, before, ended))
        try:
            setattr(holder, name, hooked)
        except AttributeError:
            return False
        self._undo.append(lambda: _restore(holder, name, hooked))
        return True

    def listen(self, emitter: Emitter, event: str, callback: Callable[..., object]) -> Callable[[], object]:
        """Call *callback* on every *event* of *emitter*; gives what ends that."""

        def heard(*args: object) -> None:
            self.run(event, callback, *args)

        # LiveKit's emitter asks for the signature at every event, and takes a ready one.
        vars(heard)["__signature__"] = _ANYTHING
        emitter.on(event, heard)

        def leave() -> None:
            emitter.off(event, heard)

        self._undo.append(leave)
        return leave

    def on_removal(self, undo: Callable[[], None]) -> None:
        """Call *undo* when the hooks are taken out."""
        self._undo.append(undo)

    def run(self, name: str, act: Callable[..., Any] | None, *args: object, **kwargs: object) -> Any:  # noqa: ANN401 - what a hook gives is its own
        """Give what *act* gives; `None` where there is none or it failed."""
        if act is None:
            return None
        try:
            return act(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is ours and not the session's
            self._failed(name, error)
            return None

    def remove(self) -> None:
        """Take every hook out, the last one first."""
        while self._undo:
            self.run("detaching", self._undo.pop())

    def _failed(self, name: str, error: Exception) -> None:
        self.failures += 1
        if name not in self._told:
            self._told.add(name)
            self._tell(f"the hook on {name} failed, and may have missed events: {type(error).__name__}: {error}")


class _Sides:
    """What runs before a hooked method and after it."""

    def __init__(self, hooks: Hooks, name: str, before: Before | None, ended: Ended | None) -> None:
        self._hooks = hooks
        self._name = name
        self._before = before
        self._ended = ended

    def before(self, args: tuple[object, ...], kwargs: dict[str, object]) -> object:
        given: object = self._hooks.run(self._name, self._before, *args, **kwargs)
        return given

    def ended(self, given: object, result: object, error: BaseException | None) -> None:
        self._hooks.run(self._name, self._ended, given, result, error)


def _around_function(original: Callable[..., Any], sides: _Sides) -> Callable[..., Any]:
    @functools.wraps(original)
    def hooked(*args: object, **kwargs: object) -> object:
        given = sides.before(args, kwargs)
        try:
            result = original(*args, **kwargs)
        except BaseException as error:
            sides.ended(given, None, error)
            raise
        sides.ended(given, result, None)
        return result

    return hooked


def _around_coroutine(original: Callable[..., Any], sides: _Sides) -> Callable[..., Any]:
    @functools.wraps(original)
    async def hooked(*args: object, **kwargs: object) -> object:
        given = sides.before(args, kwargs)
        try:
            result = await original(*args, **kwargs)
        except BaseException as error:
            sides.ended(given, None, error)
            raise
        sides.ended(given, result, None)
        return result

    return hooked


_ABSENT: Final = object()


def _restore(holder: object, name: str, hooked: Callable[..., object]) -> None:
    """Let the class's method show again, unless somebody has hooked it after us: theirs still calls ours."""
    if vars(holder).get(name, _ABSENT) is hooked:
        delattr(holder, name)
