"""`rtlog record --webrtc`: the data channels of pages in a browser, until Ctrl-C."""

import asyncio
from typing import Final

from rtlog.cli.live import Notices, interruption
from rtlog.recordings.errors import RtlogError
from rtlog.recordings.taps.proxy import Listen, Options
from rtlog.recordings.taps.webrtc import PageTap

LOSSY: Final = 3


def record_pages(listen: Listen, options: Options, *, alone: bool) -> int:
    """Record until Ctrl-C, which is the normal end; gives the exit status.

    Raises RtlogError, also when it is not *alone*: when options of a proxy were given with it.
    """
    if not alone:
        raise RtlogError("--webrtc records pages and stands alone: without CMD, --tls, --live and rotation")
    with Notices() as notices:
        tap = asyncio.run(_serve(listen, options, notices))
        for recorder in tap.recorders[-3:]:
            notices(f"wrote {recorder.path}")
        if tap.recorders:
            latest = "latest" if options.output is None else tap.recorders[-1].path
            lost = "; some records were lost" if tap.lossy else ""
            count = len(tap.recorders)
            notices(f"{count} channel{'s' * (count > 1)}{lost}; next: rtlog analyze {latest}")
        else:
            notices("no page opened an oai-events channel; the script must be loaded before the page's own")
    return LOSSY if tap.lossy else 0


async def _serve(listen: Listen, options: Options, notices: Notices) -> PageTap:
    ended = interruption()
    async with PageTap(listen=listen, options=options, notice=notices) as tap:
        if not listen.loopback:
            notices(f"listening beyond this machine: whoever has the key can write recordings through {listen.host}")
        notices(f'put this first in the page: <script src="{tap.script_url}"></script>; Ctrl-C ends')
        await ended.wait()
    return tap
