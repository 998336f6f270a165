"""What the server refuses, in the provider's own codes and sentences."""

from typing import Self

from rtlog.recordings.vocabulary import errors


class RefusedError(Exception):
    """A client event cannot be obeyed; the server answers with an `error` event that says *message*."""

    def __init__(self, code: str, message: str, param: str | None = None) -> None:
        self.code = code
        self.message = message
        self.param = param
        super().__init__(message)

    @classmethod
    def duplicate(cls, item_id: str) -> Self:
        """An item is created under an id that lives."""
        return cls(errors.DUPLICATE_ITEM, f"Error adding item: an item with id '{item_id}' already exists.")

    @classmethod
    def no_anchor(cls, item_id: str) -> Self:
        """An item is created after one that does not exist."""
        message = f"Error adding item: the previous item with id '{item_id}' does not exist."
        return cls(errors.CREATE_UNKNOWN_ANCHOR, message, "previous_item_id")

    @classmethod
    def unknown_call(cls, call_id: str | None) -> Self:
        """An output is created whose call is not in the conversation."""
        return cls(errors.INVALID_CALL, f"Tool call ID '{call_id}' not found in conversation.", "item.call_id")

    @classmethod
    def delete_unknown(cls, item_id: str) -> Self:
        """An item is deleted that does not exist."""
        message = f"Error deleting item: the item with id '{item_id}' does not exist."
        return cls(errors.DELETE_UNKNOWN, message, "item_id")

    @classmethod
    def retrieve_unknown(cls, item_id: str) -> Self:
        """An item is asked for that does not exist."""
        message = f"Error retrieving item: the item with id '{item_id}' does not exist."
        return cls(errors.RETRIEVE_UNKNOWN, message, "item_id")

    @classmethod
    def truncate_unknown(cls, item_id: str) -> Self:
        """An item is truncated that does not exist."""
        return cls(errors.TRUNCATE_UNKNOWN, f"Item with item_id not found: {item_id}", "item_id")

    @classmethod
    def not_spoken(cls) -> Self:
        """An item is truncated that is no model output audio, or has none yet."""
        return cls(errors.UNSUPPORTED_CONTENT, "Only model output audio messages can be truncated")

    @classmethod
    def past_the_end(cls, has_ms: int, asked_ms: int) -> Self:
        """An item is truncated behind its end."""
        return cls("invalid_value", f"Audio content of {has_ms}ms is already shorter than {asked_ms}ms", "audio_end_ms")

    @classmethod
    def active_response(cls, response_id: str) -> Self:
        """A response is requested while one is active."""
        return cls(
            errors.ACTIVE_RESPONSE,
            f"Conversation already has an active response in progress: {response_id}. "
            "Wait until the response is finished before creating a new one.",
        )

    @classmethod
    def nothing_to_cancel(cls) -> Self:
        """A response is cancelled that is not active."""
        return cls(errors.CANCEL_NOT_ACTIVE, "Cancellation failed: no active response found")

    @classmethod
    def commit_empty(cls, has_ms: float) -> Self:
        """Input audio is committed that is too short for a turn."""
        return cls(
            errors.COMMIT_EMPTY,
            "Error committing input audio buffer: buffer too small. "
            f"Expected at least 100ms of audio, but buffer only has {has_ms:.2f}ms of audio.",
        )

    @classmethod
    def voice_is_set(cls) -> Self:
        """The voice is changed after the assistant spoke."""
        return cls("cannot_update_voice", "Cannot update a conversation's voice if assistant audio is present.")

    @classmethod
    def missing(cls, param: str) -> Self:
        """A field is missing that must be there."""
        return cls("missing_required_parameter", f"Missing required parameter: '{param}'.", param)

    @classmethod
    def unknown_event(cls, kind: str) -> Self:
        """The event's type is none that clients send."""
        return cls("invalid_value", f"Invalid value: '{kind[:100]}'. This is no event that a client sends.", "type")
