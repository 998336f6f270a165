import asyncio
import logging
from collections.abc import Iterator

import pytest

from rtlog.recordings.taps.livekit import logs

PLUGIN = logging.getLogger("livekit.plugins.openai")

Lines = list[tuple[str, str]]


class Listener:
    def __init__(self) -> None:
        self.lines: Lines = []

    def tell(self, level: str, message: str) -> None:
        self.lines.append((level, message))


@pytest.fixture
def two() -> Iterator[tuple[Listener, Listener]]:
    listeners = Listener(), Listener()
    for each in listeners:
        logs.listen(each.tell)
    yield listeners
    for each in listeners:
        logs.leave(each.tell)


def test_the_only_session_hears_warnings_and_what_is_graver_with_their_causes():
    one = Listener()
    logs.listen(one.tell)
    PLUGIN.info("connected")
    PLUGIN.warning("failed to update chat context", extra={"error": "timed out"})
    PLUGIN.error("failed to send event", exc_info=OSError("no route"))
    logs.leave(one.tell)
    PLUGIN.warning("too late")

    assert one.lines == [
        ("warning", "failed to update chat context; error=timed out"),
        ("error", "failed to send event; OSError: no route"),
    ]


def test_of_several_sessions_the_one_that_the_code_is_about_hears_it(two: tuple[Listener, Listener]):
    with logs.about(two[1].tell):
        PLUGIN.warning("failed to insert item")
    PLUGIN.warning("of nobody knows whom")

    assert [each.lines for each in two] == [[], [("warning", "failed to insert item")]]


async def test_tasks_belong_to_the_session_that_began_them(two: tuple[Listener, Listener]):
    async def work() -> None:
        await asyncio.sleep(0)
        PLUGIN.warning("later")

    with logs.about(two[0].tell):
        task = asyncio.ensure_future(work())
    await task

    assert [each.lines for each in two] == [[("warning", "later")], []]


def test_a_session_that_has_ended_hears_nothing_and_nobody_hears_it_in_its_stead():
    ended, other = Listener(), Listener()
    logs.listen(other.tell)
    with logs.about(ended.tell):
        PLUGIN.warning("after the end")
    logs.leave(other.tell)

    assert (ended.lines, other.lines) == ([], [])


def test_no_handler_is_added_because_python_prints_warnings_only_where_there_is_none():
    listener, agents = Listener(), logging.getLogger("livekit.agents")
    logs.listen(listener.tell)

    assert agents.handlers == PLUGIN.handlers == []
    assert agents.filters == PLUGIN.filters != []
    logs.leave(listener.tell)
    assert agents.filters == PLUGIN.filters == []


def refuse(_level: str, _message: str) -> None:
    raise OSError


def test_a_long_message_is_cut_and_a_listener_that_fails_stops_no_program():
    listener = Listener()
    logs.listen(listener.tell)
    PLUGIN.warning("x" * 5000)
    logs.leave(listener.tell)
    logs.listen(refuse)
    PLUGIN.warning("nobody takes it")
    logs.leave(refuse)

    assert [len(message) for _, message in listener.lines] == [logs.LONGEST]
