import asyncio
import inspect

import pytest

from rtlog.recordings.taps.hooking import Hooks


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


def hooks() -> tuple[Hooks, list[str]]:
    told: list[str] = []
    return Hooks(told.append), told


def test_what_fails_in_a_hook_never_reaches_the_session_and_is_counted_and_told_once():
    session, (ours, told) = Session(), hooks()
    ours.method(session, "truncate", failing, failing)

    answers = [session.truncate("msg1", audio_end_ms=ms) for ms in (1, 2)]

    assert answers == ["msg1@1", "msg1@2"]
    assert ours.failures == 4
    assert told == ["the hook on truncate failed, and may have missed events: RuntimeError: not ready"]


async def test_an_awaited_method_gives_its_result_and_raises_its_own_error():
    session, (ours, _) = Session(), hooks()
    ended: list[tuple[object, object, str]] = []
    ours.method(
        session, "push", lambda item_id: f"push of {item_id}", lambda *told: ended.append((*told[:2], str(told[2])))
    )

    assert await session.push("msg1") == "msg1"
    with pytest.raises(ValueError, match="bad"):
        await session.push("bad")

    assert ended == [("push of msg1", "msg1", "None"), ("push of bad", None, "bad")]
    assert inspect.iscoroutinefunction(session.push)
    assert ours.failures == 0


async def test_a_cancelled_push_is_told_as_cancelled_and_stays_cancelled():
    session, (ours, _) = Session(), hooks()
    ended: list[str] = []
    never = asyncio.Event()

    async def push(_item_id: str) -> None:
        await never.wait()

    vars(session)["push"] = push
    ours.method(session, "push", None, lambda _given, _result, error: ended.append(type(error).__name__))
    task = asyncio.ensure_future(session.push("msg1"))
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == ["CancelledError"]


def test_listeners_hear_every_argument_and_are_gone_after_removal():
    session, (ours, _) = Session(), hooks()
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
    session, (ours, _) = Session(), hooks()
    before = dict(vars(session))
    assert ours.method(session, "truncate", lambda *_, **__: None)
    assert vars(session) != before

    ours.remove()

    assert vars(session) == before


def test_a_hook_that_somebody_put_around_ours_stays():
    session, (ours, _) = Session(), hooks()
    ours.method(session, "truncate")
    around = session.truncate
    vars(session)["truncate"] = lambda *args, **kwargs: f"<{around(*args, **kwargs)}>"

    ours.remove()

    assert session.truncate("msg1", audio_end_ms=7) == "<msg1@7>"


@pytest.mark.parametrize("holder", [object(), Slotted()])
def test_what_an_object_does_not_have_or_does_not_let_be_hooked_is_said(holder: object):
    ours, _ = hooks()

    assert not ours.method(holder, "truncate")
    assert not ours.method(holder, "push")
    assert ours.failures == 0


def test_what_else_was_done_is_undone_with_the_hooks_the_last_one_first():
    undone: list[str] = []
    given, told = hooks()
    for name in ("first", "second"):
        given.on_removal(lambda name=name: undone.append(name))
    given.on_removal(failing)

    given.remove()
    given.remove()

    assert undone == ["second", "first"]
    assert len(told) == given.failures == 1
