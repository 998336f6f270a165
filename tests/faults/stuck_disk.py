"""A disk that takes nothing: the kernel holds up every write to it, as it does for a network disk that hangs."""

import fcntl
import json
import os
import threading
from collections.abc import Callable

from rtlog.recordings.writer import Writer

PIPE_SIZE = 4096


class StuckDisk:
    """Stands in for the disk of *writer*: a pipe that is full, so that every write waits until it is read."""

    def __init__(self, writer: Writer) -> None:
        reader, end = os.pipe()
        self.reader = os.fdopen(reader, "rb")
        fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, PIPE_SIZE)
        os.write(end, b"." * PIPE_SIZE)
        os.dup2(end, writer._fd)
        os.close(end)

    def free(self) -> "StuckDisk":
        """Let the disk take something again."""
        self.reader.read(PIPE_SIZE)
        return self

    def rest(self, close: Callable[[], object]) -> list[dict[str, object]]:
        """Let *close* end the recording, and give what has not been read of it."""
        closing = threading.Thread(target=close)
        closing.start()
        with self.reader:
            data = self.reader.read()
        closing.join()
        return [json.loads(line) for line in data.splitlines()]
