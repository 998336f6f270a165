"""Acknowledgements: from a client's event to the server's answer that grants it."""

from rtlog.analyzers.latency.collector import Collector
from rtlog.analyzers.latency.measurement import Kind, Measurement, between
from rtlog.analyzers.reconciler.changes import RequestAnswered
from rtlog.analyzers.rule import on


class Acks(Collector):
    """Measures every request that was granted; a refusal is no acknowledgement."""

    @on(RequestAnswered)
    def answered(self, change: RequestAnswered) -> None:
        """Measure a request by its type."""
        request = change.request
        if request.outcome == "acknowledged":
            self.measured.append(
                Measurement(Kind.ACK, between(request.sent, request.answered), request.sent, request.type)
            )
