"""What lasts and what leads where: spans and arrows, taken from the changes as they stream by."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from rtlog.analyzers.moment import Moment
from rtlog.analyzers.reconciler import changes as ch
from rtlog.timelines.model import Arrow, Span

Subject = tuple[str, int, str]
"""Kind, connection and name of what lasts."""


class Course:
    """Collects the spans and arrows of one recording.

    Of what begins, ends or leads where nothing is shown only what reaches into a part that is shown is kept.
    """

    def __init__(self, holds: Callable[[int], bool]) -> None:
        self.spans: list[Span] = []
        self.arrows: list[Arrow] = []
        self._holds = holds
        self._shown = True
        self._open: dict[Subject, Span] = {}
        self._begun_unseen: dict[Subject, Span] = {}

    def feed(self, change: ch.Change) -> None:
        """Note what *change* begins, ends or answers."""
        note = NOTES.get(type(change))
        if note is not None:
            note(self, change)

    def show(self) -> None:
        """Go on in a part that is shown: what is under way becomes visible."""
        self._shown = True
        self.spans += self._begun_unseen.values()
        self._begun_unseen.clear()

    def hide(self) -> None:
        """Go on in a part that is not shown."""
        self._shown = False

    def begin(self, span: Span) -> None:
        """Open *span*."""
        subject = span.kind, span.start.conn, span.subject
        self._open[subject] = span
        if self._shown:
            self.spans.append(span)
        else:
            self._begun_unseen[subject] = span

    def end(self, kind: str, subject: str, at: Moment) -> None:
        """Close the span of *subject*; one that never began stays unknown."""
        self._begun_unseen.pop((kind, at.conn, subject), None)
        span = self._open.pop((kind, at.conn, subject), None)
        if span is not None:
            span.end = at

    def lead(self, arrow: Arrow) -> None:
        """Keep *arrow* where one of its ends is shown."""
        if self._shown or self._holds(arrow.source.seq):
            self.arrows.append(arrow)


def _request_sent(course: Course, change: ch.RequestSent) -> None:
    course.begin(Span("request", _request_subject(change.at), change.at))


def _request_subject(at: Moment) -> str:
    return f"{at.type} {at.seq}"


def _request_answered(course: Course, change: ch.RequestAnswered) -> None:
    sent = change.request.sent
    course.end("request", _request_subject(sent), change.at)
    course.lead(Arrow("answer", sent, change.at, change.request.outcome))


def _output_sent(course: Course, change: ch.ToolOutputSent) -> None:
    if change.call is not None and change.call.call_done is not None:
        course.lead(Arrow("output", change.call.call_done, change.at))


def _response_created(course: Course, change: ch.ResponseCreated) -> None:
    course.begin(Span("response", change.response.id, change.at))


def _response_done(course: Course, change: ch.ResponseDone) -> None:
    course.end("response", change.response.id, change.at)


def _item_added(course: Course, change: ch.ItemAdded) -> None:
    course.begin(Span("item", change.item.id, change.at))


def _item_ended(course: Course, change: ch.ItemDone | ch.ItemDeleted) -> None:
    course.end("item", change.item.id, change.at)


def _speech_started(course: Course, change: ch.SpeechStarted) -> None:
    course.begin(Span("speech", change.item.id if change.item else "", change.at))


def _speech_stopped(course: Course, change: ch.SpeechStopped) -> None:
    course.end("speech", change.item.id if change.item else "", change.at)


def _local_changed(course: Course, change: ch.LocalChanged) -> None:
    push = change.push.push_id or "" if change.push else ""
    item = change.item.id if change.item else ""
    match change.at.type:
        case "local.ctx_push_begin":
            course.begin(Span("push", push, change.at))
        case "local.ctx_push_end":
            course.end("push", push, change.at)
        case "local.tool_started":
            course.begin(Span("tool", item, change.at))
        case "local.tool_finished" | "local.tool_cancelled":
            course.end("tool", item, change.at)
        case "local.playback_started":
            course.begin(Span("playback", item, change.at))
        case "local.playback_finished":
            course.end("playback", item, change.at)


NOTES: Final[Mapping[type[ch.Change], Callable[[Course, Any], None]]] = {
    ch.RequestSent: _request_sent,
    ch.RequestAnswered: _request_answered,
    ch.ToolOutputSent: _output_sent,
    ch.ResponseCreated: _response_created,
    ch.ResponseDone: _response_done,
    ch.ItemAdded: _item_added,
    ch.ItemDone: _item_ended,
    ch.ItemDeleted: _item_ended,
    ch.SpeechStarted: _speech_started,
    ch.SpeechStopped: _speech_stopped,
    ch.LocalChanged: _local_changed,
}
