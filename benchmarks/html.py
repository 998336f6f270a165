"""How large a timeline's page is, and how soon a browser has opened it: `python benchmarks/html.py [--records 50000]`.

Needs Chromium (`RTLOG_CHROMIUM`, or on PATH). Two sessions of that many records: one at the proportions of real ones,
and one without its audio and deltas, in which every record is an entry of its own. "opened" is from the start of the
navigation to the first painting, "frame" the longest of 60 paintings while one zooms and moves over the whole session.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from playwright.sync_api import Browser, sync_playwright

from rtlog.recordings.format import Header
from rtlog.recordings.recorder import Recorder
from rtlog.recordings.writer import Writer

sys.path.insert(0, str(Path(__file__).parent))
from generate import MS, PLAYBACK_MS, SEED, Session, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
OPENED: Final = "() => performance.getEntriesByName('opened')[0]?.startTime"
FRAMES: Final = """async () => {
    State.look(0, Axis.end);
    let longest = 0;
    for (let i = 0; i < 60; i++) {
        if (i % 3) State.zoom(i < 30 ? 0.8 : 1.2, 0.3); else State.pan(0.1);
        await new Promise(requestAnimationFrame);
        const began = performance.now();
        Canvas.paint();
        longest = Math.max(longest, performance.now() - began);
    }
    return longest;
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=50_000)
    arguments = parser.parse_args()
    path = os.environ.get("RTLOG_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        sys.exit("benchmarks/html.py: no Chromium on PATH")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        for name, audio in (("as recorded", True), ("without audio", False)):
            recording = Path(folder) / "session.rtlog.jsonl"
            generate(recording, arguments.records, audio=audio)
            measure(name, recording, browser)


def generate(path: Path, records: int, *, audio: bool) -> None:
    """Write a session of that many records to *path*."""
    header = Header(id="01J0000000000000000BENCH0", started="2026-11-21T03:08:15.000000000Z", tap="recorder")
    session, at = Session(SEED), 0
    steps = (step for turn in count() for step in _turn(session, turn) if audio or "audio" not in step[1])
    kept = (step for step in steps if audio or not step[1]["type"].endswith(".delta"))
    with Writer(path, header, force=True, clock=lambda: 0) as writer:
        recorder = Recorder(writer, src="wire")
        for direction, event, wait_ms in islice(kept, records):
            at += wait_ms * MS
            text = json.dumps(event, separators=(",", ":"))
            (recorder.client if direction == "client" else recorder.server)(text, at)


def _turn(session: Session, number: int) -> "Iterator[Step]":
    if number == 0:
        yield from session.start()
    for index, (direction, event, wait_ms) in enumerate(session.turn(number)):
        yield direction, event, wait_ms if index or not number else wait_ms + PLAYBACK_MS


def measure(name: str, recording: Path, browser: Browser) -> None:
    """Print what the page of *recording* costs to make, to hold and to open."""
    target = recording.with_suffix(".html")
    command = ["-m", "rtlog.cli", "timeline", str(recording), "--output-format", "html", "-o", str(target)]
    began = time.perf_counter()
    subprocess.run([sys.executable, *command], check=True)
    made = time.perf_counter() - began
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(target.as_uri())
    opened = page.wait_for_function(OPENED).json_value()
    longest = page.evaluate(FRAMES)
    page.close()
    size = target.stat().st_size / 1_000_000
    print(f"{name}: made in {made:.1f} s, {size:.1f} MB, opened in {opened:.0f} ms, longest frame {longest:.0f} ms")


if __name__ == "__main__":
    main()
