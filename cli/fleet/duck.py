"""DuckDB, the extra `fleet`: imported where results are written or asked, and nowhere else."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from rtlog.recordings.errors import RtlogError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, Statement


INTERRUPTS_EVERY: Final = 0.1


def connect(path: str = ":memory:", *, read_only: bool = False) -> "DuckDBPyConnection":
    """Open a database; raises RtlogError where DuckDB is not installed or cannot open *path*."""
    try:
        import duckdb
    except ImportError as error:
        raise RtlogError("results need DuckDB: pip install 'rtlog[fleet]'") from error
    try:
        return duckdb.connect(path, read_only=read_only)
    except duckdb.Error as error:
        raise RtlogError(f"{path}: cannot be opened as results: {first_line(error)}") from error


@contextmanager
def saying(problem: str) -> Iterator[None]:
    """Turn what DuckDB or the disk complains of into an RtlogError behind *problem*."""
    import duckdb

    try:
        yield
    except (OSError, duckdb.Error) as error:
        raise RtlogError(f"{problem}: {first_line(error)}") from error


def rows(
    database: "DuckDBPyConnection", statement: "str | Statement", parameters: Sequence[str | None] = ()
) -> list[tuple[Any, ...]]:
    """Run *statement* to its end, and give its rows; Ctrl-C interrupts it."""
    # In a thread, for where DuckDB runs in the main one it often never looks whether a signal came.
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(lambda: database.execute(statement, parameters).fetchall())
        try:
            return done.result()
        except KeyboardInterrupt:
            while wait([done], INTERRUPTS_EVERY).not_done:  # again, for it may not have begun
                database.interrupt()
            raise


def literal(text: object) -> str:
    """Write *text* as a string in SQL."""
    return "'" + str(text).replace("'", "''") + "'"


def first_line(error: Exception) -> str:
    """Give what DuckDB complains of, in a line."""
    return (str(error).splitlines() or [type(error).__name__])[0]
