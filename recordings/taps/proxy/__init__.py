"""The proxy tap: a TCP splice that turns its copy of the bytes into a recording.

async with ProxyTap("wss://api.openai.com/v1", on_open=lambda recorder, request: ...) as tap:
    run_client(base_url=tap.url)
"""

from rtlog.recordings.taps.proxy.address import Listen, Upstream
from rtlog.recordings.taps.proxy.head import Request
from rtlog.recordings.taps.proxy.identity import Identity, certificate_for
from rtlog.recordings.taps.proxy.sessions import Options
from rtlog.recordings.taps.proxy.tap import ProxyTap, Summary

__all__ = ["Identity", "Listen", "Options", "ProxyTap", "Request", "Summary", "Upstream", "certificate_for"]
