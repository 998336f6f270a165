"""Error codes that rtlog's rules read, and the sentences that stand in for them where the code is null."""

from typing import Final

DUPLICATE_ITEM: Final = "item_create_duplicate_item_id"
ACTIVE_RESPONSE: Final = "conversation_already_has_active_response"
CANCEL_NOT_ACTIVE: Final = "response_cancel_not_active"
COMMIT_EMPTY: Final = "input_audio_buffer_commit_empty"
UNSUPPORTED_CONTENT: Final = "unsupported_content_type"
INVALID_CALL: Final = "invalid_tool_call_id"
DELETE_UNKNOWN: Final = "item_delete_invalid_item_id"
RETRIEVE_UNKNOWN: Final = "item_retrieve_invalid_item_id"
TRUNCATE_UNKNOWN: Final = "item_truncate_invalid_item_id"
ALREADY_TRUNCATED: Final = "item_already_truncated"
CREATE_UNKNOWN_ANCHOR: Final = "item_create_invalid_previous_item_id"

UPDATE_VOICE: Final = "cannot_update_voice"
SESSION_EXPIRED: Final = "session_expired"
BETA_DISABLED: Final = "beta_api_shape_disabled"

RATE_LIMITS: Final = frozenset({"rate_limit_exceeded", "inference_rate_limit_exceeded"})
"""Codes inside `response.done`, never of an `error` event."""

SENTENCES: Final = {
    "already has an active response": ACTIVE_RESPONSE,
    "no active response found": CANCEL_NOT_ACTIVE,
    "buffer too small": COMMIT_EMPTY,
    "the buffer is empty": COMMIT_EMPTY,
    "only model output audio messages can be truncated": UNSUPPORTED_CONTENT,
    "error deleting item: the item with id": DELETE_UNKNOWN,
    "error retrieving item: the item with id": RETRIEVE_UNKNOWN,
    "item with item_id not found": TRUNCATE_UNKNOWN,
    "error adding item: the previous item with id": CREATE_UNKNOWN_ANCHOR,
    "error adding item: an item with id": DUPLICATE_ITEM,
    "not found in conversation": INVALID_CALL,
    "voice if assistant audio is present": UPDATE_VOICE,
    "hit the maximum duration": SESSION_EXPIRED,
}
"""A lower-case fragment of the message and the code that newer servers send with it."""


def error_code(code: str | None, message: str | None) -> str:
    """Give the error's code; older servers send null, then the message decides; empty when neither is known."""
    if code and code != "invalid_value":
        return code
    text = (message or "").lower()
    return next((known for fragment, known in SENTENCES.items() if fragment in text), code or "")
