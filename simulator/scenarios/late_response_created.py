"""A response that the client gave up on is created all the same (livekit/agents#6222).

`response.create` is answered only after 10.3 s, longer than clients wait, or once the client clears its input audio,
which a client without patience does when it gives up.
"""

from typing import Final

from rtlog.simulator.scenario import Either, Hold, Pause, Release, Scenario, Sent

CREATE: Final = Sent("response.create")

SCENARIO: Final = Scenario(
    "a response is created after the client gave up on it",
    (Hold(CREATE), CREATE, Either(Sent("input_audio_buffer.clear"), Pause(10_300, paced=False)), Release()),
)
