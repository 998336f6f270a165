"""Requests and their answers: the happens-before edges of a session.

There is no universal acknowledgement id. An answer is tied to its request by item id, by response metadata, else in
order; an error by `error.event_id`, else by an id its text names, else by what its code can only mean.
"""

from collections import deque
from collections.abc import Iterable
from itertools import islice
from typing import Final

from rtlog.analyzers.moment import Moment
from rtlog.analyzers.reconciler.life import Request
from rtlog.recordings.vocabulary import errors

CODE_REJECTS: Final = {
    errors.DUPLICATE_ITEM: "conversation.item.create",
    errors.CREATE_UNKNOWN_ANCHOR: "conversation.item.create",
    errors.INVALID_CALL: "conversation.item.create",
    errors.DELETE_UNKNOWN: "conversation.item.delete",
    errors.RETRIEVE_UNKNOWN: "conversation.item.retrieve",
    errors.TRUNCATE_UNKNOWN: "conversation.item.truncate",
    errors.ALREADY_TRUNCATED: "conversation.item.truncate",
    errors.UNSUPPORTED_CONTENT: "conversation.item.truncate",
    errors.ACTIVE_RESPONSE: "response.create",
    errors.CANCEL_NOT_ACTIVE: "response.cancel",
    errors.COMMIT_EMPTY: "input_audio_buffer.commit",
    errors.UPDATE_VOICE: "session.update",
}
"""The only request that a code can reject, for errors that carry no event id."""

TEXT_REJECTS: Final = {"is already shorter than": "conversation.item.truncate"}
"""The only request that a sentence can reject, where the code is null or says nothing."""

LOOKED_AT: Final = 256
"""Waiting requests, the oldest, that the text of an error is compared with: answers come in order."""

ANSWERED_LIMIT: Final = 1024
"""Answered requests whose event id is still remembered, so that a late error finds its request."""

PENDING_LIMIT: Final = 4096
"""Requests of one type that are waited for; a server that never answers must not fill the memory."""


class Requests:
    """The requests of one connection that wait for their answer."""

    __slots__ = ("_by_event_id", "_pending", "_recent", "acknowledged", "given_up")

    def __init__(self) -> None:
        self._pending: dict[str, deque[Request]] = {}
        self._by_event_id: dict[str, Request] = {}
        self._recent: deque[str] = deque()
        self.acknowledged: set[str] = set()
        """Types of which the server has acknowledged at least one: not every server does."""
        self.given_up = 0
        """Unanswered requests that are no longer waited for."""

    def sent(self, request: Request) -> None:
        """Note *request* as pending."""
        queue = self._pending.setdefault(request.type, deque())
        queue.append(request)
        if len(queue) > PENDING_LIMIT:
            queue.popleft()
            self.given_up += 1
        if request.event_id:
            self._by_event_id[request.event_id] = request
            self._recent.append(request.event_id)
            if len(self._recent) > ANSWERED_LIMIT:
                self._forget(self._recent.popleft())

    def pending(self, request_type: str) -> Iterable[Request]:
        """Give the waiting requests of a type, oldest first."""
        return self._pending.get(request_type, ())

    def all_pending(self) -> list[Request]:
        """Give every waiting request in the order sent."""
        return sorted((r for queue in self._pending.values() for r in queue), key=lambda r: r.sent.seq)

    def of_item(self, request_type: str, item_id: str) -> Request | None:
        """Give the oldest waiting request of a type that names *item_id*."""
        return next((r for r in self.pending(request_type) if r.item_id == item_id), None)

    def oldest(self, request_type: str) -> Request | None:
        """Give the oldest waiting request of a type."""
        return next(iter(self.pending(request_type)), None)

    def newest(self, request_type: str) -> Request | None:
        """Give the newest waiting request of a type."""
        queue = self._pending.get(request_type)
        return queue[-1] if queue else None

    def acknowledge(self, request: Request, at: Moment, *, by_id: bool = True) -> None:
        """Settle *request*: the server did as asked."""
        self._settle(request, at)
        self.acknowledged.add(request.type)
        request.outcome, request.answered_by_id = "acknowledged", by_id

    def reject(self, request: Request, at: Moment, code: str, message: str) -> None:
        """Settle *request*: the server refused."""
        self._settle(request, at)
        request.outcome, request.error_code, request.error_message = "rejected", code, message

    def rejected_by(self, event_id: str | None, code: str, message: str, param: str = "") -> Request | None:
        """Give the request that an error answers, or `None` where nothing ties it to one."""
        if event_id:
            return self._by_event_id.get(event_id)
        about_session = "session.update" if param.partition(".")[0] == "session" else ""
        kind = CODE_REJECTS.get(code) or next((k for text, k in TEXT_REJECTS.items() if text in message), about_session)
        waiting = self._pending.get(kind) or deque()
        named = next((r for r in islice(waiting, LOOKED_AT) if _named(r, message)), None)
        return named or (waiting[0] if len(waiting) == 1 else None)

    def _settle(self, request: Request, at: Moment) -> None:
        request.answered = at
        queue = self._pending.get(request.type)
        if queue and request in queue:
            queue.remove(request)

    def _forget(self, event_id: str) -> None:
        request = self._by_event_id.get(event_id)
        if request is not None:
            del self._by_event_id[event_id]


def _named(request: Request, message: str) -> bool:
    item_id, call_id, anchor = request.item_id, request.call_id, request.previous_item_id
    return bool((item_id and item_id in message) or (call_id and call_id in message) or (anchor and anchor in message))
