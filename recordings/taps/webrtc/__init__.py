"""The page tap: the data channel of a WebRTC session, told by a script in the page itself.

No proxy sees what a browser sends over WebRTC; the page does.
"""

from rtlog.recordings.taps.webrtc.tap import PageTap

__all__ = ["PageTap"]
