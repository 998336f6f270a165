"""The state of one connection: its items, responses, requests, lanes and turns. Id spaces never merge."""

from bisect import bisect_right
from collections import OrderedDict, deque
from itertools import chain, islice
from typing import Final

from msgspec import Struct, field

from rtlog.analyzers.labels import Labels
from rtlog.analyzers.moment import NS_PER_MS, Moment, last_of
from rtlog.analyzers.profiles.profile import ClientProfile
from rtlog.analyzers.reconciler.lanes import Lanes
from rtlog.analyzers.reconciler.life import ItemLife, Push, ResponseLife
from rtlog.analyzers.reconciler.requests import Requests
from rtlog.analyzers.reconciler.states import ItemState
from rtlog.recordings.record import Record
from rtlog.recordings.vocabulary.dialects import OPENAI, Dialect

TOMBSTONES: Final = 4096
"""Deleted items and finished responses remembered per connection; what is dropped is counted in coverage."""
ACTIVE_TOLD: Final = 16
"""Active responses that are named with a request; one is usual, and thousands are nobody's intent."""
EARLIER: Final = 64
"""Connections before it that a connection knows of."""
PUSH_RUN_GAP_MS: Final = 500
"""Pushes closer than this belong to one run (it gives a timeline its T+0)."""
PCM16_24KHZ_BYTES_PER_MS: Final = 48.0


class Settings(Struct):
    """What the session is set to, as far as `session.created` and `session.updated` told."""

    model: str | None = None
    turn_detection: bool | None = None
    creates_response: bool = True
    interrupts_response: bool = True
    detects_by: str = ""
    """`server_vad`, `semantic_vad`; empty where it was not told."""
    idle_timeout: bool = False
    transcribes: bool | None = None
    speaks: bool = True
    modalities_told: bool = False
    configured: dict[str, int] = field(default_factory=dict)
    """A hash of the instructions, tools, voice and output as last told: enough to see what an update changes."""
    output_bytes_per_ms: float = PCM16_24KHZ_BYTES_PER_MS
    input_bytes_per_ms: float = PCM16_24KHZ_BYTES_PER_MS


class PushRun(Struct):
    """A run of context pushes: wire creates and deletes, or local pushes, each less than 500 ms after the last."""

    first: Moment
    last: Moment
    first_local: Moment | None = None


class Connection(Struct, eq=False):
    """Everything the reconciler knows of one socket."""

    number: int
    labels: Labels
    lanes: Lanes = field(default_factory=Lanes)
    requests: Requests = field(default_factory=Requests)
    settings: Settings = field(default_factory=Settings)
    items: dict[str, ItemLife] = field(default_factory=dict)
    held: dict[str, ItemLife] = field(default_factory=dict)
    """Those of the items that no push has left out since the application took them."""
    buried: "OrderedDict[str, ItemLife]" = field(default_factory=OrderedDict)
    buried_dropped: int = 0
    responses: "OrderedDict[str, ResponseLife]" = field(default_factory=OrderedDict)
    active: dict[str, ResponseLife] = field(default_factory=dict)
    beside: dict[str, ResponseLife] = field(default_factory=dict)
    """Active responses that are out of band."""
    unheard: dict[str, ResponseLife] = field(default_factory=dict)
    """Active responses of which no output had been seen when that was last looked at."""
    over: deque[str] = field(default_factory=deque)
    """Responses that are active no more, in order."""
    calls: dict[str, str] = field(default_factory=dict)
    """call_id → item id of its call."""
    coming_calls: dict[str, ItemLife] = field(default_factory=dict)
    """call_id → a call that the client created without an item id, and that the server has not added yet."""
    profile: ClientProfile | None = None
    """The client that the recording or a person names: what it is known to do."""
    dialect: Dialect = OPENAI
    dialect_known: bool = False
    """Told by the recording or recognised, not merely assumed."""
    earlier: "list[Connection]" = field(default_factory=list)
    pushes: dict[str | None, Push] = field(default_factory=dict)
    open_push: Push | None = None
    runs: deque[PushRun] = field(default_factory=lambda: deque(maxlen=TOMBSTONES))
    opened: Moment | None = None
    closed: Moment | None = None
    first_server: Moment | None = None
    first_client: Moment | None = None
    last_record: Record | None = None
    saw_session_created: bool = False
    was_configured: bool = False
    """A `session.update` of the client has been acknowledged."""
    beta_event: Moment | None = None
    """The first server event with a name of 2024 that GA has dropped."""
    ga_event: Moment | None = None
    """The first server event with a name that only GA has."""
    names_anchors: bool = False
    """The server has named a predecessor: a null one says something here."""
    strays: set[str] = field(default_factory=set)
    """Items that events spoke of and nothing had announced."""
    names_conversation: bool = False
    """The server gives responses a `conversation_id`, so that a null one means out of band."""
    has_wire: bool = False
    told_by_hook: set[tuple[str, str]] = field(default_factory=set)
    """Type and event_id of what a hook told before the first wire record: the wire will show it once more."""
    has_local: bool = False
    unanswered_turn: Moment | None = None
    """A committed user turn that server turn detection owes an answer."""
    appended_bytes: int = 0
    appended_until: int | None = None
    """When the last appended audio would have been spoken, in ns: clients append at the speed of speech."""
    speaking: str | None = None
    last_speech: Moment | None = None
    last_interruption: Moment | None = None
    last_user_added: Moment | None = None
    last_user_turn: Moment | None = None
    """The last user message that was added, or that the client sent."""

    @property
    def last(self) -> Moment | None:
        """The last thing seen of the connection."""
        return None if self.last_record is None else last_of(self.last_record)

    @property
    def tells_local(self) -> bool:
        """Whether there is a local lane to show: local events tell it, or a client profile simulates it."""
        return self.has_local or self.lanes.simulated_by is not None

    def item(self, item_id: str) -> ItemLife | None:
        """Give the life of *item_id*, buried ones included."""
        return self.items.get(item_id) or self.buried.get(item_id)

    def life(self, item_id: str) -> ItemLife:
        """Give the life of *item_id*, a new one where it was never named."""
        found = self.items.get(item_id)
        if found is None:
            found = self.buried.pop(item_id, None) or ItemLife(item_id, self.number)
            self.items[item_id] = self.held[item_id] = found
        return found

    def bury(self, item: ItemLife) -> None:
        """Keep a deleted item as a tombstone; the oldest gives way when there are too many."""
        self.items.pop(item.id, None)
        self.held.pop(item.id, None)
        self.buried[item.id] = item
        if len(self.buried) > TOMBSTONES:
            dropped, life = self.buried.popitem(last=False)
            if life.call_id and self.calls.get(life.call_id) == dropped:
                del self.calls[life.call_id]
            self.labels.forget(dropped)
            self.buried_dropped += 1

    def call_item(self, call_id: str | None) -> ItemLife | None:
        """Give the item of the function call *call_id*."""
        return self.item(self.calls.get(call_id or "", ""))

    def response(self, response_id: str | None) -> ResponseLife | None:
        """Give the response *response_id*."""
        return self.responses.get(response_id or "")

    def response_of(self, item: ItemLife) -> ResponseLife | None:
        """Give the response that made *item*."""
        return self.response(item.response_id)

    def response_begins(self, response: ResponseLife) -> None:
        """Keep *response* as active."""
        self.responses[response.id] = response
        if response.out_of_band:
            self.beside[response.id] = response
        else:
            self.active[response.id] = self.unheard[response.id] = response

    def response_ends(self, response_id: str) -> None:
        """Keep a response that is active no more; the oldest such one gives way when there are too many."""
        for active in (self.active, self.beside, self.unheard):
            active.pop(response_id, None)
        self.over.append(response_id)
        if len(self.over) > TOMBSTONES:
            oldest = self.over.popleft()
            self.responses.pop(oldest, None)
            self.labels.responses.pop(oldest, None)

    def active_told(self) -> tuple[str, ...]:
        """Give the ids of active responses, those of the default conversation first; not more than a few of them."""
        return tuple(islice(chain(self.active, self.beside), ACTIVE_TOLD))

    def newest(self) -> str | None:
        """Give the id at the tail of the server's conversation."""
        return self.lanes.server.tail

    def gone_from_older(self, item_id: str) -> bool:
        """Say whether *item_id* belongs to an earlier connection of this recording."""
        return any(connection.item(item_id) for connection in self.earlier)

    def note_push(self, at: Moment, *, local: bool) -> None:
        """Extend the current run of pushes with the act at *at*, or begin a new one."""
        run = self.runs[-1] if self.runs else None
        if run is None or not _continues(run.last, at):
            run = PushRun(at, at)
            self.runs.append(run)
        run.last = at
        if local and run.first_local is None:
            run.first_local = at

    def run_of(self, at: Moment) -> PushRun | None:
        """Give the run of pushes that holds the act at *at*."""
        behind = bisect_right(self.runs, at.seq, key=lambda run: run.first.seq)
        run = self.runs[behind - 1] if behind else None
        return run if run is not None and at.seq <= run.last.seq else None


def _continues(last: Moment, at: Moment) -> bool:
    return last.t is not None and at.t is not None and at.t - last.t < PUSH_RUN_GAP_MS * NS_PER_MS


def in_conversation(connection: Connection, item_id: str) -> bool:
    """Say whether the server's conversation holds *item_id* now."""
    item = connection.items.get(item_id)
    return item is not None and item.state in {ItemState.LIVE, ItemState.DELETING, ItemState.REPLACING}
