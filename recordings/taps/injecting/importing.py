"""Import hooks: when a program imports the module of an SDK's session class, the class learns to attach the tap."""

import functools
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from rtlog.recordings.taps.injecting import AUDIO, FOLDER, PROBLEM, TAP


@dataclass(frozen=True, slots=True)
class Target:
    """A tap's module, and where the SDK defines the classes whose objects it is attached to.

    Once they are made; or, where *before* names a method of theirs, each time that it is called.
    """

    tap: str
    classes: dict[str, tuple[str, ...]]
    before: str | None = None


_OPENAI: Final = ("AsyncRealtimeConnection", "RealtimeConnection")
TARGETS: Final = {
    "livekit": Target("rtlog.recordings.taps.livekit", {"livekit.agents.voice.agent_session": ("AgentSession",)}),
    "openai": Target(
        "rtlog.recordings.taps.openai_python",
        {"openai.resources.realtime.realtime": _OPENAI, "openai.resources.beta.realtime.realtime": _OPENAI},
    ),
    "openai-agents": Target("rtlog.recordings.taps.openai_agents", {"agents.realtime.session": ("RealtimeSession",)}),
    "pipecat": Target("rtlog.recordings.taps.pipecat", {"pipecat.pipeline.worker": ("PipelineWorker",)}),
    "pydantic-ai": Target(
        "rtlog.recordings.taps.pydantic_ai", {"pydantic_ai.realtime.openai": ("OpenAIRealtimeModel",)}, before="connect"
    ),
}
"""What `--tap` can name."""


def install() -> None:
    """Install the hooks of the tap that the environment names; nothing is loaded before the program imports its SDK."""
    sys.meta_path.insert(0, _Finder(TARGETS[os.environ[TAP]]))


class _Finder(MetaPathFinder):
    """Finds the modules of a target as the other finders do, and hooks their classes once they are loaded."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Give the spec of *fullname* with a loader that hooks its classes; `None` for every other module."""
        names = self._target.classes.get(fullname)
        if names is None:
            return None
        for finder in sys.meta_path:
            find = None if finder is self else getattr(finder, "find_spec", None)
            spec: ModuleSpec | None = find(fullname, path, target) if find else None
            if spec is not None and spec.loader is not None:
                spec.loader = _HookingLoader(spec.loader, lambda module: self._hook(module, names))
                return spec
        return None

    def _hook(self, module: ModuleType, names: tuple[str, ...]) -> None:
        for name in names:
            cls = getattr(module, name, None)
            if cls is None:
                tell(f"{module.__name__} has no {name}: the tap does not know this release")
            elif self._target.before is None:
                cls.__init__ = _attaching(cls.__init__, self._target.tap)
            else:
                _attach_before(cls, self._target.before, self._target.tap)


class _HookingLoader(Loader):
    """Loads as *loader* does, and calls *loaded* afterwards."""

    def __init__(self, loader: Loader, loaded: Callable[[ModuleType], None]) -> None:
        self._loader = loader
        self._loaded = loaded

    def __getattr__(self, name: str) -> object:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Create the module as the loader does."""
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Load the module, which then knows its own loader alone."""
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        self._loaded(module)


def _attaching(init: Callable[..., None], tap: str) -> Callable[..., None]:
    @functools.wraps(init)
    def attached(self: Any, *args: object, **kwargs: object) -> None:  # noqa: ANN401 - the SDK's session
        init(self, *args, **kwargs)
        _try_to_attach(self, tap)

    return attached


def _attach_before(cls: type, name: str, tap: str) -> None:
    method = getattr(cls, name, None)
    if method is None:
        tell(f"{cls.__module__}.{cls.__name__} has no {name}: the tap does not know this release")
        return

    @functools.wraps(method)
    def called(self: Any, *args: object, **kwargs: object) -> object:  # noqa: ANN401 - the SDK's session
        _try_to_attach(self, tap)
        return method(self, *args, **kwargs)

    setattr(cls, name, called)


def _try_to_attach(session: object, tap: str) -> None:
    try:
        _attach(session, tap)
    except Exception as error:  # noqa: BLE001 - the program runs on, and whoever records it is told
        tell(f"the tap could not be attached to {type(session).__name__}: {type(error).__name__}: {error}")


def _attach(session: object, tap: str) -> None:
    from rtlog.recordings.naming import file_name, new_id  # noqa: PLC0415 - no program that has no session loads it

    wall_ns = time.time_ns()
    path = Path(os.environ[FOLDER], file_name(wall_ns, new_id(wall_ns)))
    import_module(tap).attach(session, path, audio=os.environ.get(AUDIO, "meta"))


def tell(problem: str) -> None:
    """Leave *problem* for whoever records the program."""
    try:
        Path(os.environ[FOLDER], f"{os.getpid()}-{time.monotonic_ns()}{PROBLEM}").write_text(problem, encoding="utf-8")
    except (OSError, KeyError, ValueError):
        # Nobody records any longer.
        return
