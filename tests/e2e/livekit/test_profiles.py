"""Client profiles against the real classes of the releases they speak of: same inputs, same answers.

Each release runs in its own environment and is asked over a pipe (`worker.py`), many cases a request.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtlog.analyzers.profiles.context import INSTRUCTIONS_ID, ContextItem
from rtlog.analyzers.profiles.diff import diff
from rtlog.analyzers.profiles.mirror import anchored, delete, insert, places_placeholder
from rtlog.analyzers.profiles.profile import ClientProfile, UnknownAnchor
from rtlog.analyzers.profiles.push import push
from rtlog.analyzers.profiles.releases import profile_of
from rtlog.analyzers.reconciler.lane import Lane

HERE = Path(__file__).parent
ENVIRONMENTS = os.environ.get("RTLOG_LIVEKIT_VENVS", "")
ALWAYS = ("1.4.6", "1.5.0")
MORE = tuple(r for r in ("1.4.2", "1.6.5", "1.7.1", "1.8.9") if (Path(ENVIRONMENTS) / r / ".complete").exists())
"""Made by `make_venvs --all`, which the long checks run."""
IDS = "abcdef"
BATCH = 20

pytestmark = [
    pytest.mark.livekit,
    pytest.mark.skipif(not ENVIRONMENTS, reason="RTLOG_LIVEKIT_VENVS names no folder made by make_venvs"),
]

Json = dict[str, Any]


@dataclass
class Release:
    """One release: its profile, and its own classes in a process of their own."""

    profile: ClientProfile
    worker: "subprocess.Popen[str]"

    def ask(self, question: str, cases: list[Json]) -> list[Any]:
        assert self.worker.stdin is not None
        assert self.worker.stdout is not None
        self.worker.stdin.write(json.dumps({"ask": question, "cases": cases}) + "\n")
        self.worker.stdin.flush()
        line = self.worker.stdout.readline()
        assert line, f"the worker of {self.profile.name} has ended"
        answers: list[Any] = json.loads(line)
        return answers

    def one(self, question: str, **case: object) -> Any:  # noqa: ANN401 - JSON
        return self.ask(question, [case])[0]


@pytest.fixture(scope="module", params=[*ALWAYS, *MORE])
def release(request: pytest.FixtureRequest) -> Iterator[Release]:
    python = Path(ENVIRONMENTS) / request.param / "bin" / "python"
    with subprocess.Popen(
        [str(python), str(HERE / "worker.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as worker:
        yield Release(profile_of(f"livekit-agents@{request.param}"), worker)
        assert worker.stdin is not None
        worker.stdin.close()


Act = tuple[Literal["insert", "delete"], str, str | None]
acts = st.lists(
    st.one_of(
        st.tuples(st.just("insert"), st.sampled_from(IDS), st.sampled_from([None, *IDS])),
        st.tuples(st.just("delete"), st.sampled_from(IDS), st.none()),
    ),
    max_size=14,
)
texts = st.lists(st.sampled_from(["one", "two", "", None]), max_size=2)


@st.composite
def contexts(draw: st.DrawFn, *, remote: bool = False) -> list[ContextItem]:
    """A context without repeated ids; a remote one holds nothing that only an application has."""
    kinds = ["message", "message", "message", "function_call", "function_call_output"]
    names = [*IDS] if remote else [*IDS, INSTRUCTIONS_ID]
    if not remote:
        kinds += ["agent_handoff", "agent_config_update"]
    chosen = draw(st.lists(st.sampled_from(names), unique=True, max_size=6))
    return [draw(_items(item_id, kinds)) for item_id in chosen]


def _items(item_id: str, kinds: list[str]) -> st.SearchStrategy[ContextItem]:
    if item_id == INSTRUCTIONS_ID:
        return st.just(ContextItem(item_id, "message", "system", ("be kind",)))
    roles = st.sampled_from(["user", "assistant", "system", "developer"])
    message = st.builds(ContextItem, st.just(item_id), st.just("message"), roles, texts.map(tuple))
    return st.sampled_from(kinds).flatmap(lambda k: message if k == "message" else st.just(ContextItem(item_id, k)))


def messages(ids: list[str]) -> list[ContextItem]:
    """A context of the user's messages, about nothing."""
    return [ContextItem(item_id, role="user") for item_id in ids]


def told(items: list[ContextItem]) -> list[Json]:
    return [{"id": i.id, "type": i.type, "role": i.role, "content": list(i.content)} for i in items]


def followed(case: list[Act], unknown: UnknownAnchor) -> tuple[list[str | None], list[str]]:
    """What our mirror answers to each act, and its order at the end."""
    mirror = Lane()
    answers = [
        insert(mirror, previous, item_id, unknown) if act == "insert" else delete(mirror, item_id)
        for act, item_id, previous in case
    ]
    return answers, list(mirror)


@settings(max_examples=40)
@given(cases=st.lists(acts, min_size=BATCH, max_size=BATCH, unique_by=str))
def test_the_mirror_inserts_and_refuses_what_the_class_does(release: Release, cases: list[list[Act]]) -> None:
    answers = release.ask("classes", [{"acts": case} for case in cases])

    for case, answer in zip(cases, answers, strict=True):
        assert followed(case, UnknownAnchor.REFUSE) == (answer["answers"], answer["order"])


@settings(max_examples=40)
@given(cases=st.lists(acts, min_size=BATCH, max_size=BATCH, unique_by=str))
def test_the_mirror_follows_the_server_as_the_session_does(release: Release, cases: list[list[Act]]) -> None:
    answers = release.ask("handlers", [{"acts": case} for case in cases])

    for case, answer in zip(cases, answers, strict=True):
        refusals, order = followed(case, release.profile.unknown_anchor)
        logged = [
            refusal and f"failed to {act} item `{item_id}`: {refusal}"
            for (act, item_id, _), refusal in zip(case, refusals, strict=True)
        ]
        assert (logged, order) == (answer["answers"], answer["order"])


@settings(max_examples=40)
@given(cases=st.lists(st.tuples(contexts(), contexts()), min_size=BATCH, max_size=BATCH, unique_by=str))
def test_the_diff_is_that_of_the_release_ties_and_all(
    release: Release, cases: list[tuple[list[ContextItem], list[ContextItem]]]
) -> None:
    answers = release.ask("diff", [{"old": told(old), "new": told(new)} for old, new in cases])

    for (old, new), answer in zip(cases, answers, strict=True):
        found = diff(old, new)
        assert list(found.removed) == answer["removed"]
        assert [list(pair) for pair in found.created] == answer["created"]
        assert [list(pair) for pair in found.updated] == answer["updated"]


@settings(max_examples=40)
@given(
    orders=st.lists(
        st.tuples(st.permutations(IDS), st.permutations(IDS)), min_size=BATCH, max_size=BATCH, unique_by=str
    )
)
def test_a_reordered_context_keeps_the_items_that_the_release_keeps(
    release: Release, orders: list[tuple[list[str], list[str]]]
) -> None:
    answers = release.ask("diff", [{"old": told(messages(old)), "new": told(messages(new))} for old, new in orders])

    for (old, new), answer in zip(orders, answers, strict=True):
        found = diff(messages(old), messages(new))
        assert (list(found.removed), [list(pair) for pair in found.created]) == (answer["removed"], answer["created"])


@settings(max_examples=40)
@given(cases=st.lists(st.tuples(contexts(remote=True), contexts()), min_size=BATCH, max_size=BATCH, unique_by=str))
def test_a_push_sends_what_the_release_sends(
    release: Release, cases: list[tuple[list[ContextItem], list[ContextItem]]]
) -> None:
    answers = release.ask("push", [{"mirror": told(mirror), "wanted": told(wanted)} for mirror, wanted in cases])

    for (mirror, wanted), answer in zip(cases, answers, strict=True):
        sent = push(mirror, wanted, release.profile)
        assert [[event.act, event.item_id, event.previous_item_id] for event in sent] == answer


added = st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from([None, *IDS, "config"])), max_size=8)
held = st.lists(st.sampled_from([*IDS, "config"]), unique=True, max_size=4)


@settings(max_examples=40)
@given(cases=st.lists(st.tuples(held, added), min_size=BATCH, max_size=BATCH, unique_by=str))
def test_placeholders_stand_where_the_release_puts_them(
    release: Release, cases: list[tuple[list[str], list[tuple[str, str | None]]]]
) -> None:
    answers = release.ask(
        "placeholders",
        [{"local": told(messages(local)), "added": events} for local, events in cases],
    )

    for (local, events), answer in zip(cases, answers, strict=True):
        assert with_placeholders(local, events, release.profile) == answer


def with_placeholders(held: list[str], events: list[tuple[str, str | None]], profile: ClientProfile) -> list[str]:
    """The application's context after the server has added items."""
    mirror, local = Lane(), Lane()
    local.replace(held)
    for item_id, named in events:
        previous = anchored(mirror, named, profile.unknown_anchor)
        taken = insert(mirror, named, item_id, profile.unknown_anchor) is None
        if taken and profile.places_placeholders and places_placeholder(local, previous, item_id):
            local.append(item_id)
    return list(local)


def test_a_reply_is_given_up_after_the_same_time(release: Release) -> None:
    (seconds,) = release.one("reply_timeout")

    assert seconds * 1000 == release.profile.reply_timeout_ms


def test_a_reply_that_comes_too_late_is_played_or_discarded(release: Release) -> None:
    discarded = release.profile.discards_late_replies

    assert release.one("late_reply") == {"cancelled": ["resp_1"] * discarded, "played": 1 - discarded}


def test_a_message_that_was_never_played_is_truncated_or_deleted(release: Release) -> None:
    expected = "delete" if release.profile.truncate_zero_deletes else "truncate"

    assert release.one("truncate_zero") == [f"conversation.item.{expected}"]


def test_a_push_stalls_on_a_refusal_until_the_release_that_hears_it(release: Release) -> None:
    heard = release.profile.error_settles_waiter

    assert release.one("rejected", code="invalid_value") == {"settled": heard, "complained": heard}


def test_a_duplicate_id_is_a_complaint_until_it_counts_as_success(release: Release) -> None:
    profile = release.profile

    assert release.one("rejected", code="item_create_duplicate_item_id") == {
        "settled": profile.error_settles_waiter,
        "complained": profile.error_settles_waiter is True and not profile.duplicate_is_success,
    }


def test_a_call_keeps_the_servers_id_or_gets_one_of_the_applications_own(release: Release) -> None:
    assert (release.one("call_id") == "fc1") is release.profile.keeps_call_ids


def test_an_interruption_cancels_even_where_nothing_runs_until_it_does_not(release: Release) -> None:
    expected = [] if release.profile.cancels_only_active else ["response.cancel"]

    assert release.one("idle_interrupt") == expected
