"""Short labels by order of appearance: `msgN`, `sysN`, `FCn`, `FCn output`, `Rn`.

Real ids are 26 characters of noise; people who draw these timelines by hand write `msg5` and `FC`.
"""

from collections import Counter

SHORT_ID = 8


class Labels:
    """Gives every item and response of a recording its label, once, in order of appearance."""

    __slots__ = ("_counts", "_of_call", "items", "responses")

    def __init__(self) -> None:
        self.items: dict[str, str] = {}
        self.responses: dict[str, str] = {}
        self._of_call: dict[str, str] = {}
        self._counts: Counter[str] = Counter()

    def item(self, item_id: str, kind: str, role: str | None, call_id: str | None) -> str:
        """Label *item_id* of *kind* (`message`, `function_call` …); the first label stays."""
        label = self.items.get(item_id)
        if label is None:
            label = self.items[item_id] = self._new_label(kind, role, call_id)
        return label

    def response(self, response_id: str) -> str:
        """Label a response; the first label stays."""
        if response_id not in self.responses:
            self._counts["R"] += 1
            self.responses[response_id] = f"R{self._counts['R']}"
        return self.responses[response_id]

    def forget(self, item_id: str) -> None:
        """Drop the label of an item that nobody will name any more."""
        label = self.items.pop(item_id, "")
        self._counts.pop(f"{label} output", None)

    def of(self, item_id: str) -> str:
        """Give the label of *item_id*; an item that never appeared goes by the start of its id."""
        return self.items.get(item_id) or short_id(item_id)

    def _new_label(self, kind: str, role: str | None, call_id: str | None) -> str:
        if kind == "function_call_output":
            return self._output_label(call_id)
        prefix = {"function_call": "FC", "message": "sys" if role == "system" else "msg"}.get(kind, kind or "item")
        self._counts[prefix] += 1
        label = f"{prefix}{self._counts[prefix]}"
        if call_id and kind == "function_call":
            self._of_call.setdefault(call_id, label)
        return label

    def _output_label(self, call_id: str | None) -> str:
        call = self._of_call.get(call_id or "", "output of an unknown call")
        base = f"{call} output" if call.startswith("FC") else call
        self._counts[base] += 1
        return base if self._counts[base] == 1 else f"{base} ({self._counts[base]})"


def short_id(item_id: str) -> str:
    """Give the telling start of an id: 8 characters behind its type prefix."""
    prefix, _, rest = item_id.partition("_")
    return f"{prefix}_{rest[:SHORT_ID]}…" if len(rest) > SHORT_ID else item_id[:SHORT_ID] if not rest else item_id
