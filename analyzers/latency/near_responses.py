"""Responses that came, or were asked for, just in time: RT201 and RT202 with their margins."""

from typing import TYPE_CHECKING

from rtlog.analyzers.latency.collector import NearCollector, Thresholds
from rtlog.analyzers.latency.measurement import NearMiss, between
from rtlog.analyzers.reconciler.changes import ResponseCreated, ResponseCreateSent, ResponseDone
from rtlog.analyzers.rule import on
from rtlog.analyzers.rules.rt201_late_response_created import ASKED_BY_CLIENT

if TYPE_CHECKING:
    from rtlog.analyzers.moment import Moment
    from rtlog.analyzers.reconciler.life import Request, ResponseLife


class NearTimeouts(NearCollector):
    """RT201: `response.created` came just before its caller would have given up."""

    @on(ResponseCreated)
    def created(self, change: ResponseCreated) -> None:
        """Compare the wait with the patience of the client, where it is named, else of RT201's option."""
        response, request, profile = change.response, change.response.request, change.conn.profile
        if request is None or request.timed_out is not None or request.cancelled is not None:
            return
        told = profile.reply_timeout_ms if profile and ASKED_BY_CLIENT in (request.metadata or {}) else None
        patience = self.thresholds.of("RT201", "timeout-ms") if told is None else told
        waited = between(request.sent, change.at)
        if waited is not None and self.is_near(patience - waited):
            message = f"{response.label} was created {patience - waited:.0f} ms before the client's timeout"
            self.found.append(NearMiss("RT201", patience - waited, message, request.sent, (), (response.id,)))


class NearCollisions(NearCollector):
    """RT202: `response.create` was sent just after the response before it was done."""

    def __init__(self, thresholds: Thresholds) -> None:
        super().__init__(thresholds)
        self._done: dict[int, ResponseLife] = {}
        self._asked: list[tuple[Request, ResponseLife, Moment]] = []

    @on(ResponseDone)
    def done(self, change: ResponseDone) -> None:
        """The end that a `response.create` has to wait for."""
        if not change.response.out_of_band:
            self._done[change.conn.number] = change.response

    @on(ResponseCreateSent)
    def asked(self, change: ResponseCreateSent) -> None:
        """Keep a request that came soon after it."""
        before, request = self._done.get(change.conn.number), change.request
        if before is None or before.done is None or request.out_of_band or request.active_when_sent:
            return
        margin = between(before.done, change.at)
        if margin is not None and self.is_near(margin):
            self._asked.append((request, before, before.done))

    def finish(self) -> None:
        """Leave out what was refused all the same: that is no miss."""
        for request, before, done in self._asked:
            margin = between(done, request.sent)
            if request.outcome != "rejected" and margin is not None:
                told = f"response.create was sent {margin:.0f} ms after the response.done of {before.label}"
                self.found.append(NearMiss("RT202", margin, told, request.sent, (), (before.id,)))
