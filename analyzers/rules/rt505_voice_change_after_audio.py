"""RT505: the voice is changed when the assistant has already spoken."""

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.reconciler.changes import ErrorReceived
from rtlog.analyzers.rule import Example, Rule, Severity, on, seen
from rtlog.recordings.vocabulary import errors


class VoiceChangeAfterAudio(Rule):
    """`session.update` with another voice is refused once there is assistant audio, and everything in it."""

    code = "RT505"
    name = "voice-change-after-audio"
    severity = Severity.WARNING
    needs = frozenset({"client"})
    leads_to = ("RT504",)
    what = "The server refuses to change the voice of a conversation that holds assistant audio: cannot_update_voice."
    why = "The whole update is refused with it: the new instructions and tools are not in force either."
    remedy = "Leave the voice out of later updates, or open a new session for another voice."
    look_alikes = ("the same voice repeated is accepted", "a voice changed before the first sound")
    references = ("openai/openai-python#2607", "openai/openai-agents-python#1661")
    bad = (
        Example(
            "refused",
            """
            0    < response r1
            1    < output r1 m1 assistant
            5    < audio r1 m1 4800
            90   < finished r1 completed
            100  > update event_id=e1 session.type=realtime session.audio.output.voice=cedar
            140  < error cannot_update_voice e1
            """,
            "warning proven",
            (5, 6),
        ),
        Example(
            "refused without an id",
            """
            100  > update session.type=realtime session.audio.output.voice=cedar
            140  < error error.message="Cannot update a conversation's voice if assistant audio is present."
            """,
            "warning proven",
            (1, 2),
        ),
    )
    good = (
        Example(
            "the same voice repeated is accepted",
            """
            0    < updated session.audio.output.voice=cedar
            5    < audio r1 m1 4800
            100  > update session.type=realtime session.audio.output.voice=cedar
            140  < updated session.audio.output.voice=cedar
            """,
        ),
        Example(
            "a voice changed before the first sound",
            """
            0    < updated session.audio.output.voice=ara
            100  > update session.type=realtime session.audio.output.voice=cedar
            140  < updated session.audio.output.voice=cedar
            """,
        ),
        Example(
            "refused for something else",
            """
            100  > update event_id=e1 session.type=realtime session.audio.output.voice=nobody
            140  < error invalid_value e1
            """,
        ),
    )

    @on(ErrorReceived)
    def refused(self, change: ErrorReceived) -> None:
        """The server's own word."""
        if change.code != errors.UPDATE_VOICE:
            return
        update = change.request
        at = update.sent if update is not None else change.at
        lost = sorted(update.configures - {"voice"}) if update is not None else []
        also = f"; {' and '.join(lost)} refused with it" if lost else ""
        self.report(
            f"the session.update at {stamp(at)} was refused: the voice is fixed once the assistant has spoken{also}",
            at,
            (
                seen(update.sent if update else None, "the client changes the voice"),
                seen(change.at, "refused, with all that it holds"),
            ),
            certainty="proven",
            subject="session",
            prevented_by=("leave the voice out of later updates",),
        )
