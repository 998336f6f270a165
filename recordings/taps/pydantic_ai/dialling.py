"""The sockets that pydantic-ai opens: it reads and writes on them before anybody is given them.

There is no object that could be hooked before: a function opens the socket, by `websockets.connect` of its module's
globals. While a tape listens, another object stands there for the package, in that one module; it opens the same
sockets, and tells whoever expects one.
"""

import sys
from collections.abc import Callable
from contextvars import ContextVar
from types import ModuleType
from typing import Any, Final

from rtlog.recordings.taps.hooking import Hooks

PROTOCOL: Final = "pydantic_ai.realtime._openai_protocol"

_expects: Final[ContextVar["Dialling | None"]] = ContextVar("rtlog_pydantic_ai_expects", default=None)


def is_expected() -> bool:
    """Whether the next socket that this task opens is somebody's."""
    return _expects.get() is not None


class Dialling:
    """The sockets of one session, each told to *connected* before its first message; *hooks* takes it out again."""

    def __init__(self, hooks: Hooks, connected: Callable[[object], None]) -> None:
        self._hooks = hooks
        self._connected = connected

    def install(self) -> None:
        """Stand in the place of the package until the hooks are removed."""
        module = sys.modules[PROTOCOL]
        package = vars(module)["websockets"]
        stand_in = package if isinstance(package, _Websockets) else _Websockets(module, package)
        stand_in.users.append(self)
        self._hooks.on_removal(lambda: stand_in.leave(self))

    def expect(self, *_: object, **__: object) -> None:
        """Take the next socket that this task opens for the session's."""
        _expects.set(self)

    def opening(self, dial: object) -> None:
        """Listen to what comes of *dial*."""
        self._hooks.method(dial, "__aenter__", None, self._opened)

    def _opened(self, _given: object, socket: object, error: BaseException | None) -> None:
        if error is None:
            self._connected(socket)


class _Websockets:
    """The package *websockets* as *module* knows it, while any session is recorded."""

    def __init__(self, module: ModuleType, package: Any) -> None:  # noqa: ANN401 - a module
        self.users: list[Dialling] = []
        self._module = module
        self._package = package
        vars(module)["websockets"] = self

    def __getattr__(self, name: str) -> object:
        return getattr(self._package, name)

    def connect(self, *args: object, **kwargs: object) -> object:
        """Open the socket as the package does."""
        dial: object = self._package.connect(*args, **kwargs)
        expects = _expects.get()
        if expects is not None:
            _expects.set(None)
            if expects in self.users:
                expects.opening(dial)
        return dial

    def leave(self, user: Dialling) -> None:
        """Let *user* go, and with the last one the package stand in its place again."""
        self.users.remove(user)
        if not self.users and vars(self._module).get("websockets") is self:
            vars(self._module)["websockets"] = self._package
