"""The errors a person can act on.

Every one is a single line that says what is wrong, where, and what to do; `rtlog.cli` prints it and exits with 2.
"""


class RtlogError(Exception):
    """Something a person asked for cannot be done; the message is one line."""


class RecordingError(RtlogError):
    """A recording cannot be read or written: `path[:line]: problem`."""

    def __init__(self, where: object, problem: str, *, line: int | None = None) -> None:
        self.where = str(where)
        self.line = line
        self.problem = problem
        super().__init__(f"{self.where}{f':{line}' if line else ''}: {problem}")
