"""`rtlog record --webrtc`: the data channels of pages in a browser, until Ctrl-C or while a program runs."""

import asyncio
import os
from collections.abc import Sequence
from typing import Final

from rtlog.cli import child
from rtlog.cli.live import Notices, interruption
from rtlog.recordings.errors import RtlogError
from rtlog.recordings.taps.proxy import Listen, Options
from rtlog.recordings.taps.webrtc import PageTap

LOSSY: Final = 3
SCRIPT_VARIABLE: Final = "RTLOG_PAGE_SCRIPT"
"""Tells the program that serves the page which script the page is to load."""


def record_pages(command: Sequence[str], listen: Listen, options: Options, *, alone: bool) -> int:
    """Record while *command* runs, which is told the script's address; without one until Ctrl-C. Gives the exit status.

    Raises RtlogError, also when it is not *alone*: when options of a proxy were given with it.
    """
    if not alone:
        raise RtlogError("--webrtc records pages and stands alone: without --tap, --tls, --live and rotation")
    with Notices() as notices:
        status, tap = asyncio.run(_serve(command, listen, options, notices))
        for recorder in tap.recorders[-3:]:
            notices(f"wrote {recorder.path}")
        if tap.recorders:
            latest = "latest" if options.output is None else tap.recorders[-1].path
            lost = "; some records were lost" if tap.lossy else ""
            count = len(tap.recorders)
            notices(f"{count} channel{'s' * (count > 1)}{lost}; next: rtlog analyze {latest}")
        else:
            notices("no page opened an oai-events channel; the script must be loaded before the page's own")
    return status or (LOSSY if tap.lossy else 0)


async def _serve(command: Sequence[str], listen: Listen, options: Options, notices: Notices) -> tuple[int, PageTap]:
    async with PageTap(listen=listen, options=options, notice=notices) as tap:
        if not listen.loopback:
            notices(f"listening beyond this machine: whoever has the key can write recordings through {listen.host}")
        if command:
            return await child.run(command, os.environ | {SCRIPT_VARIABLE: tap.script_url}), tap
        ended = interruption()
        notices(f'put this first in the page: <script src="{tap.script_url}"></script>; Ctrl-C ends')
        await ended.wait()
    return 0, tap
