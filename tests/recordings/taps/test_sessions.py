from pathlib import Path

import pytest

from rtlog.recordings.taps.proxy.address import Upstream
from rtlog.recordings.taps.proxy.head import Request
from rtlog.recordings.taps.proxy.sessions import CONTINUES_WITHIN, Options, Sessions, Split
from rtlog.recordings.writing_thread import WritingThread

UPSTREAM = Upstream.parse("wss://api.openai.com")


def request(agent: str = "a", path: str = "/v1/realtime") -> Request:
    return Request("GET", path, (("User-Agent", agent),), b"")


def sessions(folder: Path, split: Split = "session") -> Sessions:
    return Sessions(UPSTREAM, Options(output=folder, split=split, fsync_interval=None), pytest.fail, WritingThread())


def test_a_client_that_dials_within_a_minute_continues_and_later_does_not(tmp_path: Path):
    run = sessions(tmp_path)
    first = run.connect(request(), "1.1.1.1", 0)
    run.disconnect(first, 10)

    second = run.connect(request(), "1.1.1.1", 10 + CONTINUES_WITHIN)
    run.disconnect(second, 20 + CONTINUES_WITHIN)
    third = run.connect(request(), "1.1.1.1", 21 + 2 * CONTINUES_WITHIN)

    assert (second.writer, second.conn) == (first.writer, 2)
    assert (third.writer.path != first.writer.path, third.conn) == (True, 1)
    assert (first.writer.closed, third.writer.closed) == (True, False)
    run.close()


@pytest.mark.parametrize("other", [("2.2.2.2", request()), ("1.1.1.1", request("b")), ("1.1.1.1", request("a", "/x"))])
def test_another_address_agent_or_path_is_another_client(tmp_path: Path, other: tuple[str, Request]):
    run = sessions(tmp_path)
    first = run.connect(request(), "1.1.1.1", 0)
    run.disconnect(first, 1)

    assert run.connect(other[1], other[0], 2).writer is not first.writer
    run.close()


def test_each_connection_or_the_whole_run_can_be_a_file(tmp_path: Path):
    apart = sessions(tmp_path, "connection")
    one = apart.connect(request(), "1.1.1.1", 0)
    apart.disconnect(one, 1)
    assert one.writer.closed
    assert apart.connect(request(), "1.1.1.1", 2).writer is not one.writer
    apart.close()

    together = sessions(tmp_path, "run")
    conns = [together.connect(request(agent), "1.1.1.1", 0) for agent in "ab"]
    together.close_quiet(10 * CONTINUES_WITHIN)
    assert [(each.conn, each.writer is conns[0].writer, each.writer.closed) for each in conns] == [
        (1, True, False),
        (2, True, False),
    ]
    together.close()


def test_the_header_names_the_provider_the_client_and_what_it_told_of_itself(tmp_path: Path):
    told = Request(
        "GET",
        "/v1/realtime?model=m&api_key=abcdefgh",
        (("User-Agent", "OpenAI"), ("X-Stainless-Package-Version", "3.52.0"), ("X-Stainless-Runtime", "CPython"),
         ("X-Stainless-Runtime-Version", "3.11")),
        b"",
    )  # fmt: skip
    run = sessions(tmp_path)

    header = run.connect(told, "1.1.1.1", 0).writer.header

    assert (header.provider, header.client, header.tap) == ("openai", "OpenAI", "proxy")
    assert header.upstream == "wss://api.openai.com/v1/realtime?model=m&api_key=[redacted]"
    assert header.sdk == {"openai": "3.52.0", "CPython": "3.11"}
    run.close()
