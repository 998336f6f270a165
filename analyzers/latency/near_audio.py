"""Truncates and interruptions that stayed just within the audio: RT302 and RT304 with their margins."""

from dataclasses import dataclass
from typing import Final

from rtlog.analyzers.latency.collector import NearCollector, Thresholds
from rtlog.analyzers.latency.measurement import NearMiss, until
from rtlog.analyzers.reconciler.changes import ItemTruncateSent, ResponseDone
from rtlog.analyzers.reconciler.life import ItemLife, Request
from rtlog.analyzers.rule import on

NEAR_SHARE: Final = 0.5
"""A tail is near its allowance from the second half of it on, however generous `--near` is."""


@dataclass(frozen=True, slots=True)
class _Truncate:
    item: ItemLife
    request: Request
    end_ms: float
    received_ms: float


class NearTruncates(NearCollector):
    """RT302: a truncate just below the end of the audio that had come."""

    def __init__(self, thresholds: Thresholds) -> None:
        super().__init__(thresholds)
        self._truncates: list[_Truncate] = []

    @on(ItemTruncateSent)
    def truncate_sent(self, change: ItemTruncateSent) -> None:
        """Keep the position with the audio received by then: a margin in ms of audio, which needs no clock."""
        item, end = change.item, change.end_ms
        if item is None or end is None or not item.audio_bytes:
            return
        received = item.audio_bytes / change.conn.settings.output_bytes_per_ms
        if self.is_near(received - end):
            self._truncates.append(_Truncate(item, change.request, end, received))

    def finish(self) -> None:
        """Leave out what was refused."""
        for truncate in self._truncates:
            item, request, margin = truncate.item, truncate.request, truncate.received_ms - truncate.end_ms
            if request.outcome != "rejected":
                told = f"{item.label} was truncated {margin:.0f} ms below the end of its audio"
                self.found.append(NearMiss("RT302", margin, told, request.sent, (item.id,)))


class NearTails(NearCollector):
    """RT304: the last audio of an interrupted response came just within what is allowed to be on its way."""

    @on(ResponseDone)
    def done(self, change: ResponseDone) -> None:
        """Compare the tail with the allowance for whoever interrupted."""
        response = change.response
        interrupted = response.interrupted
        if interrupted is None or response.out_of_band or response.status != "cancelled":
            return
        by_client = interrupted.dir == "client"
        allowance = self.thresholds.of("RT304", "cancel-allowance-ms" if by_client else "allowance-ms")
        tail = until(interrupted, response.last_audio_t)
        if tail is None or tail <= 0:
            return
        margin = allowance - tail
        if self.is_near(margin) and margin <= allowance * NEAR_SHARE:
            told = (
                f"audio of {response.label} came {tail:.0f} ms after its interruption, {margin:.0f} ms below the line"
            )
            self.found.append(NearMiss("RT304", margin, told, interrupted, tuple(response.items), (response.id,)))
