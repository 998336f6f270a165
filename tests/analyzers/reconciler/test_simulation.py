"""The application's context as a named client would keep it, where no local event tells it."""

from collections.abc import Iterator

from rtlog.analyzers.analysis import Analysis
from rtlog.analyzers.reconciler.lanes import Snapshot
from rtlog.analyzers.reconciler.states import Situation
from rtlog.analyzers.reporting import report_of
from rtlog.analyzers.tape import parse


def analysis(tape: str, client: str | None) -> Analysis:
    done = Analysis(client=client)
    for record in parse(tape):
        done.feed(record)
    done.finish()
    return done


def after(tape: str, client: str | None) -> Snapshot:
    (connection,) = analysis(tape, client).connections()
    return connection.lanes.snapshot()


def local(tape: str, client: str) -> tuple[str, ...] | None:
    return after(tape, client).local


TURN = """
0   < added u1 user
400 < transcribed u1 "where is it"
500 < response r1
510 < output r1 fc1 call call_id=c1
511 < added fc1 call prev=u1 call_id=c1
520 < output_done r1 fc1 call
530 < finished r1 completed
900 > create o1 result call_id=c1 prev=fc1
"""


def states(tape: str, client: str) -> Iterator[tuple[str, ...] | None]:
    lines = tape.strip().splitlines()
    for count in range(1, len(lines) + 1):
        yield local("\n".join(lines[:count]), client)


def test_without_a_client_the_application_stays_unknown() -> None:
    assert after(TURN, None) == Snapshot(("u1", "fc1"), ("u1", "fc1"), None, None)


def test_each_item_enters_when_the_client_gets_to_know_it() -> None:
    told = list(states(TURN, "livekit-agents@1.4.6"))

    assert told == [("config",), *[("config", "u1")] * 6, ("config", "u1", "fc1", "o1")]


def test_placeholders_stand_from_the_moment_that_the_server_adds_the_item() -> None:
    told = list(states(TURN, "livekit-agents@1.5.0"))

    assert told[0] == ("config", "u1")
    assert told[4] == ("config", "u1", "fc1")
    assert told[-1] == ("config", "u1", "fc1", "o1")


def test_before_1_4_3_the_application_never_knew_a_call_by_the_servers_id() -> None:
    assert local(TURN, "livekit-agents@1.4.2") == ("config", "u1", "o1")


def test_a_message_enters_when_its_response_is_done_and_only_if_it_said_something() -> None:
    tape = """
    0  < response r1
    1  < output r1 m1 assistant
    2  < added m1 assistant
    3  < output r1 m2 assistant
    4  < added m2 assistant prev=m1
    5  < words r1 m1
    9  < finished r1 completed
    """

    assert list(states(tape, "livekit-agents@1.4.6"))[-2:] == [("config",), ("config", "m1")]


def test_what_the_client_creates_stands_where_it_asks_for_it() -> None:
    tape = """
    0  < added u1 user
    1  < transcribed u1 hello
    2  > create s1 system prev=root text=summary
    3  > create s2 system prev=s1 text=more
    4  > create x1 user text=last
    """

    assert local(tape, "livekit-agents@1.3.12") == ("s1", "s2", "u1", "x1")
    assert local(tape, "livekit-agents@1.4.6") == ("s1", "s2", "config", "u1", "x1")


def test_an_item_that_the_client_created_without_an_id_is_its_own_all_the_same() -> None:
    tape = """
    0  < added u1 user
    1  > create item.type=message item.role=system
    2  < added s1 system prev=u1
    """

    assert local(tape, "livekit-agents@1.5.0") == ("config", "u1", "s1")
    assert local(tape, "livekit-agents@1.4.6") == ("config", "s1")


def test_what_the_client_deletes_has_left_its_context_before() -> None:
    tape = """
    0  < added u1 user
    1  < transcribed u1 hello
    2  > delete u1
    """

    (connection,) = analysis(tape, "livekit-agents@1.4.6").connections()

    assert connection.lanes.snapshot() == Snapshot(("u1",), ("u1",), ("config",), "livekit-agents@1.4.6")
    assert connection.items["u1"].situation is Situation.TRIMMED


def test_an_item_that_the_mirror_refuses_gets_no_placeholder() -> None:
    tape = """
    0  < added u1 user
    1  < added x1 user prev=ghost
    """

    assert local(tape, "livekit-agents@1.5.0") == ("config", "u1")
    assert local(tape, "livekit-agents@1.7.1") == ("config", "u1", "x1")


def test_what_is_said_out_of_band_never_enters() -> None:
    tape = """
    0  > respond response.conversation=none
    1  < response r1
    2  < output r1 m1 assistant
    3  < words r1 m1
    9  < finished r1 completed
    """

    assert local(tape, "livekit-agents@1.4.6") == ("config",)


def test_the_mirror_of_1_7_1_loses_nothing_where_that_of_1_4_6_loses_the_chain() -> None:
    tape = """
    0    < added m1 assistant
    10   > delete m1
    20   < deleted m1
    416  < added u1 user prev=m1
    430  < added m2 assistant prev=u1
    """

    assert after(tape, "livekit-agents@1.4.6").mirror == ()
    assert after(tape, "livekit-agents@1.7.1").mirror == ("u1", "m2")


def test_the_first_local_event_ends_the_simulation() -> None:
    tape = """
    0  < added u1 user
    1  < transcribed u1 hello
    2  L tool_started fc1 call_id=c1
    3  < added u2 user prev=u1
    """
    done = analysis(tape, "livekit-agents@1.5.0")
    (connection,) = done.connections()

    assert tuple(connection.lanes.local) == ("fc1",)
    assert connection.lanes.snapshot() == Snapshot(("u1", "u2"), ("u1", "u2"), None, None)
    assert {item.local.name for item in connection.items.values()} == {"UNKNOWN"}
    assert report_of(done, "tape").local_simulated is False


def test_a_second_connection_has_no_config_item_of_its_own() -> None:
    done = analysis("0 < added u1 user\n1 close by=server\n2 < session conn=2", "livekit-agents@1.5.0")

    assert [tuple(c.lanes.local) for c in done.connections()] == [("config", "u1"), ()]


DELETED = """
0    > create m1 assistant prev=root text=hello
40   < added m1 assistant
81   < committed u1
82   < added u1 user prev=m1
229  > delete u1
434  < deleted u1
"""


def test_nothing_is_proven_by_a_simulation_and_the_report_says_that_it_is_one() -> None:
    report = report_of(analysis(DELETED, "livekit-agents@1.7.1"), "tape")

    assert (report.client, report.local_simulated) == ("livekit-agents@1.7.1", True)
    assert {(f.rule, f.certainty) for f in report.findings} == {("RT101", "likely"), ("RT111", "likely")}
    lanes = [f.before for f in report.findings if f.before is not None]
    assert {lane.simulated_by for lane in lanes} == {"livekit-agents@1.7.1"}
    assert "the context of livekit-agents@1.7.1 would not hold it yet" in report.findings[-1].message


def test_without_the_client_only_what_the_wire_shows_is_said() -> None:
    (finding,) = report_of(analysis(DELETED, None), "tape").findings

    assert (finding.rule, finding.severity, finding.certainty) == ("RT101", "warning", "likely")
    assert finding.before is not None
    assert finding.before.local is None


def test_a_simulation_does_only_for_the_rules_that_accept_one() -> None:
    not_judged = analysis(DELETED, "livekit-agents@1.7.1").coverage.not_judged

    assert "RT111" not in not_judged
    assert not_judged["RT109"] == "needs local events"
    assert analysis(DELETED, None).coverage.not_judged["RT111"] == "needs local events"
