"""Validates each line with a union of models, one an event type, as an application's own code would: `… FILE`."""

import sys
from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, TypeAdapter, create_model

from rtlog.recordings.vocabulary.events import KNOWN_EVENTS


class Item(BaseModel):
    """A conversation item."""

    id: str | None = None
    type: str | None = None
    role: str | None = None
    status: str | None = None
    call_id: str | None = None
    name: str | None = None
    arguments: str | None = None
    content: list[dict[str, Any]] | None = None


class Response(BaseModel):
    """A response with its items."""

    id: str | None = None
    status: str | None = None
    output: list[Item] | None = None
    usage: dict[str, Any] | None = None


class Event(BaseModel):
    """What several event types have."""

    event_id: str | None = None
    item_id: str | None = None
    response_id: str | None = None
    output_index: int | None = None
    content_index: int | None = None
    previous_item_id: str | None = None
    delta: str | None = None
    transcript: str | None = None
    item: Item | None = None
    response: Response | None = None


def main(path: str) -> None:
    union: Any = None
    for number, name in enumerate(sorted(KNOWN_EVENTS)):
        model = create_model(f"Event{number}", __base__=Event, type=(Literal[name], ...))
        union = model if union is None else union | model
    event = Annotated[union, Field(discriminator="type")]
    validate = TypeAdapter(create_model("Line", seq=(int, ...), t=(int, ...), event=(event, ...))).validate_json
    counts: Counter[str] = Counter()
    with Path(path).open("rb") as lines:
        for line in lines:
            if b'"event":' in line:
                counts[validate(line).event.type] += 1
    print(counts)


if __name__ == "__main__":
    main(sys.argv[1])
