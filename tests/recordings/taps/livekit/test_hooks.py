import asyncio
import inspect
from contextlib import AbstractContextManager, nullcontext

import pytest

from rtlog.recordings.taps.livekit.hooks import Guard, Hooks


class Session:
    """Stands for any object of an SDK."""

    def __init__(self) -> None:
        self.listeners: dict[str, set[object]] = {}

    def on(self, event: str, callback: object) -> None:
        self.listeners.setdefault(event, set()).add(callback)

    def off(self, event: str, callback: object) -> None:
        self.listeners[event].discard(callback)

    def truncate(self, item_id: str, *, audio_end_ms: int) -> str:
        return f"{item_id}@{audio_end_ms}"

    async def push(self, item_id: str) -> str:
        if item_id == "bad":
            raise ValueError(item_id)
        return item_id


class Slotted:
    __slots__ = ()

    def truncate(self) -> None:
        return


def failing(*_args: object, **_kwargs: object) -> None:
    raise RuntimeError("not ready")


def hooks() -> tuple[Hooks, Guard, list[str]]:
    told: list[str] = []
    guard = Guard(told.append)
    return Hooks(guard, nullcontext), guard, told


def test_what_fails_in_a_hook_never_reaches_the_session_and_is_counted_and_told_once():
    session, (ours, guard, told) = Session(), hooks()
    ours.method(session, "truncate", failing, failing)

    answers = [session.truncate("msg1", audio_end_ms=ms) for ms in (1, 2)]

    assert answers == ["msg1@1", "msg1@2"]
    assert guard.failures == 4
    assert told == ["the hook on truncate failed, and may have missed events: RuntimeError: not ready"]


def test_a_teller_that_fails_too_changes_nothing():
    guard = Guard(failing)

    assert guard.run("log", failing) is None
    assert guard.failures == 1


async def test_an_awaited_method_gives_its_result_and_raises_its_own_error():
    session, (ours, guard, _) = Session(), hooks()
    ended: list[tuple[object, object, str]] = []
    ours.awaited(
        session, "push", lambda item_id: f"push of {item_id}", lambda *told: ended.append((*told[:2], str(told[2])))
    )

    assert await session.push("msg1") == "msg1"
    with pytest.raises(ValueError, match="bad"):
        await session.push("bad")

    assert ended == [("push of msg1", "msg1", "None"), ("push of bad", None, "bad")]
    assert inspect.iscoroutinefunction(session.push)
    assert guard.failures == 0


async def test_a_cancelled_push_is_told_as_cancelled_and_stays_cancelled():
    session, (ours, _, _) = Session(), hooks()
    ended: list[str] = []
    never = asyncio.Event()

    async def push(_item_id: str) -> None:
        await never.wait()

    vars(session)["push"] = push
    ours.awaited(session, "push", None, lambda _given, _result, error: ended.append(type(error).__name__))
    task = asyncio.ensure_future(session.push("msg1"))
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == ["CancelledError"]


def test_listeners_hear_every_argument_and_are_gone_after_removal():
    session, (ours, _, _) = Session(), hooks()
    heard: list[tuple[object, ...]] = []
    ours.listen(session, "close", lambda *args: heard.append(args))

    for callback in set(session.listeners["close"]):
        assert callable(callback)
        assert list(inspect.signature(callback).parameters) == ["args"]
        callback("reason", 1)
    ours.remove()

    assert heard == [("reason", 1)]
    assert session.listeners == {"close": set()}


def test_removal_leaves_the_session_as_it_was():
    session, (ours, _, _) = Session(), hooks()
    before = dict(vars(session))
    assert ours.method(session, "truncate", lambda *_, **__: None)
    assert vars(session) != before

    ours.remove()

    assert vars(session) == before


def test_a_hook_that_somebody_put_around_ours_stays():
    session, (ours, _, _) = Session(), hooks()
    ours.method(session, "truncate")
    around = session.truncate
    vars(session)["truncate"] = lambda *args, **kwargs: f"<{around(*args, **kwargs)}>"

    ours.remove()

    assert session.truncate("msg1", audio_end_ms=7) == "<msg1@7>"


@pytest.mark.parametrize("holder", [object(), Slotted()])
def test_what_an_object_does_not_have_or_does_not_let_be_hooked_is_said(holder: object):
    ours, guard, _ = hooks()

    assert not ours.method(holder, "truncate")
    assert not ours.awaited(holder, "push")
    assert guard.failures == 0


def test_only_what_is_about_the_session_is_run_as_about_it():
    session, entered = Session(), []

    def around() -> AbstractContextManager[None]:
        entered.append("about")
        return nullcontext()

    ours = Hooks(Guard(lambda _: None), around)
    ours.method(session, "on", about=True)
    ours.method(session, "off")
    session.on("close", print)
    session.off("close", print)

    assert entered == ["about"]
