"""What `rtlog export` writes is opened by the program it is written for."""

import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

SAMPLE = Path(str(files("rtlog.recordings.samples"))) / "r01-in-flight-delete-5021.rtlog.jsonl"
MITMDUMP = os.environ.get("RTLOG_MITMDUMP", "")


@pytest.mark.skipif(not MITMDUMP, reason="RTLOG_MITMDUMP names no mitmdump")
def test_mitmproxy_opens_the_har(tmp_path: Path):
    har = tmp_path / "call.har"
    subprocess.run([sys.executable, "-m", "rtlog.cli", "export", str(SAMPLE), "-o", str(har)], check=True)

    ran = subprocess.run(
        [MITMDUMP, "-nr", str(har), "--set", f"confdir={tmp_path}"], capture_output=True, text=True, check=True
    )

    assert "/v1/realtime?model=gpt-realtime" in ran.stdout
    assert "101 Switching Protocols" in ran.stdout
