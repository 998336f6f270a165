"""DuckDB, the extra `fleet`: imported where results are written or asked, and nowhere else."""

from typing import TYPE_CHECKING

from rtlog.recordings.errors import RtlogError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


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


def literal(text: object) -> str:
    """Write *text* as a string in SQL."""
    return "'" + str(text).replace("'", "''") + "'"


def first_line(error: Exception) -> str:
    """Give what DuckDB complains of, in a line."""
    return (str(error).splitlines() or [type(error).__name__])[0]
