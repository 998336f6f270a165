"""RT210: a response answers in text where the session speaks."""

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.reconciler.changes import ResponseDone
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife, ResponseLife
from rtlog.analyzers.rule import Example, Rule, Severity, on, seen


class TextResponseInAudioSession(Rule):
    """A message ends as text without a sound, though the session's output is audio."""

    code = "RT210"
    name = "text-response-in-audio-session"
    severity = Severity.ERROR
    what = (
        "The session's output is audio, yet the model answers with a text part alone: typically after the client has "
        "put assistant messages as text into the history, or replayed them after a reconnect."
    )
    why = "Dead air: the user hears nothing, and the history says that the agent answered."
    remedy = "Put old assistant messages into the instructions or leave them out; retry, or speak the text yourself."
    look_alikes = (
        "the response was asked for as text",
        "the session is a text session",
        "an out-of-band response",
        "a response of function calls alone",
        "a session whose output was never told",
    )
    references = (
        "livekit/agents#1854",
        "livekit/agents#2015",
        "livekit/agents#2471",
        "openai/openai-realtime-api-beta#72",
    )
    bad = (
        Example(
            "dead air",
            """
            0    < updated session.output_modalities=["audio"]
            10   < response r1
            20   < output r1 m1 assistant
            21   < added m1 assistant
            90   < response.content_part.done response_id=r1 item_id=m1 part={"type":"output_text","text":"hello"}
            99   < finished r1 completed
            """,
            "error proven",
            (2, 4, 6),
        ),
        Example(
            "one message of two is silent",
            """
            0    < updated session.modalities=["text","audio"]
            10   < response r1
            20   < output r1 m1 assistant
            21   < added m1 assistant
            30   < audio r1 m1 48000
            90   < response.content_part.done response_id=r1 item_id=m1 part={"type":"audio","transcript":"hello"}
            91   < output r1 m2 assistant
            92   < added m2 assistant
            95   < response.content_part.done response_id=r1 item_id=m2 part={"type":"text","text":"there"}
            99   < finished r1 completed
            """,
            "warning proven",
            (2, 8, 10),
        ),
    )
    good = (
        Example(
            "the response was asked for as text",
            """
            0    < updated session.output_modalities=["audio"]
            5    > respond response.output_modalities=["text"]
            10   < response r1
            20   < output r1 m1 assistant
            90   < response.content_part.done response_id=r1 item_id=m1 part={"type":"output_text","text":"hello"}
            99   < finished r1 completed
            """,
        ),
        Example(
            "the session is a text session",
            """
            0    < updated session.output_modalities=["text"]
            10   < response r1
            20   < output r1 m1 assistant
            90   < response.content_part.done response_id=r1 item_id=m1 part={"type":"output_text","text":"hello"}
            99   < finished r1 completed
            """,
        ),
        Example(
            "an out-of-band response",
            """
            0    < updated session.output_modalities=["audio"]
            5    > respond response.conversation=none
            10   < response r1
            20   < output r1 m1 assistant
            90   < response.content_part.done response_id=r1 item_id=m1 part={"type":"output_text","text":"hello"}
            99   < finished r1 completed
            """,
        ),
        Example(
            "a response of function calls alone",
            """
            0    < updated session.output_modalities=["audio"]
            10   < response r1
            20   < output r1 fc1 call call_id=c1
            90   < arguments r1 fc1 {}
            99   < finished r1 completed
            """,
        ),
        Example(
            "spoken, on a transport that carries the sound elsewhere",
            """
            0    < updated session.output_modalities=["audio"]
            10   < response r1
            20   < output r1 m1 assistant
            90   < response.content_part.done response_id=r1 item_id=m1 part={"type":"output_audio","transcript":"hi"}
            99   < finished r1 completed
            """,
        ),
        Example(
            "a session whose output was never told",
            """
            10   < response r1
            20   < output r1 m1 assistant
            90   < response.content_part.done response_id=r1 item_id=m1 part={"type":"output_text","text":"hello"}
            99   < finished r1 completed
            """,
        ),
        Example(
            "cut short by the user",
            """
            0    < updated session.output_modalities=["audio"]
            10   < response r1
            20   < output r1 m1 assistant
            90   < response.content_part.done response_id=r1 item_id=m1 part={"type":"output_text","text":"hello"}
            99   < finished r1 cancelled turn_detected
            """,
        ),
    )

    @on(ResponseDone)
    def done(self, change: ResponseDone) -> None:
        """Look for messages that were written and not spoken."""
        response, settings = change.response, change.conn.settings
        if response.status != "completed" or response.writes or response.out_of_band:
            return
        if not (settings.speaks and settings.modalities_told):
            return
        items = [item for item_id in response.items if (item := change.conn.item(item_id)) is not None]
        silent = [item for item in items if _is_silent(item)]
        if silent:
            self._report(change.conn, response, silent)

    def _report(self, connection: Connection, response: ResponseLife, silent: list[ItemLife]) -> None:
        names, first = ", ".join(item.label for item in silent), silent[0]
        heard = any(
            (item := connection.item(i)) is not None and (item.audio_bytes or item.spoken) for i in response.items
        )
        if response.done is None:
            return
        self.report(
            f"{names} of {response.label} ended at {stamp(response.done)} as text without a sound, though the "
            "session's output is audio",
            response.done,
            (
                seen(response.created, f"{response.label} begins"),
                seen(first.added or first.announced, f"{first.label} is added"),
                seen(response.done, "completed: written, not spoken"),
            ),
            certainty="proven",
            severity=Severity.WARNING if heard else Severity.ERROR,
            about=first,
            items=tuple(item.id for item in silent),
            responses=(response.id,),
            prevented_by=("leave assistant messages as text out of the history, or speak the text yourself",),
        )


def _is_silent(item: ItemLife) -> bool:
    return item.type == "message" and item.written and not item.spoken and not item.audio_bytes
