"""Results on the disk: a folder of Parquet files, or one DuckDB file; both hold the tables of `rows.py`.

While recordings are analyzed, rows go to a JSON Lines file a table; DuckDB turns them into the results at the end. So
neither memory nor a lock of the database grows with the run, and results appear whole or not at all.
"""

import shutil
import tempfile
import types
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Self, Union, get_args, get_origin, get_type_hints

import msgspec

from rtlog.analyzers.fleet.rows import RESULTS_VERSION, TABLES
from rtlog.analyzers.fleet.tabulating import rows_of
from rtlog.cli.fleet.duck import connect, literal, rows, saying
from rtlog.recordings.errors import RtlogError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from rtlog.analyzers.fleet.rows import RunRow
    from rtlog.analyzers.fleet.sheet import Sheet

DUCKDB: Final = ".duckdb"
PARQUET: Final = ".parquet"
SQL_TYPES: Final[dict[object, str]] = {
    int: "BIGINT",
    float: "DOUBLE",
    str: "VARCHAR",
    bool: "BOOLEAN",
    list[str]: "VARCHAR[]",
}
SQL_TYPES_OF: Final = {"day": "DATE", "started": "TIMESTAMP"}
COLUMNS: Final = "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal"
LONGEST_ROW: Final = 64 << 20


class ResultsWriter:
    """Takes the sheets of one run; `close()` makes the results of them, leaving the `with` without it none."""

    def __init__(self, path: Path, run: "RunRow") -> None:
        self._path = path
        self._check()
        connect().close()  # say now, not after hours, that DuckDB is missing
        self._stack = ExitStack()
        self._problem = f"{path}: the results cannot be written"
        self._encode = msgspec.json.Encoder().encode
        self._recordings = 0
        with saying(self._problem):
            path.parent.mkdir(parents=True, exist_ok=True)
            scratch = tempfile.TemporaryDirectory(prefix=".rtlog-", dir=path.parent)
            self._folder = Path(self._stack.enter_context(scratch))
            self._files: dict[str, BinaryIO] = {name: (self._folder / f"{name}.jsonl").open("wb") for name in TABLES}
            self._put("run", run)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files.values():
            with suppress(OSError):  # rows that a full disk did not take, and that nobody wants any more
                file.close()
        self._stack.close()

    def add(self, sheet: "Sheet") -> None:
        """Take one recording; those of a run come in its order."""
        self._recordings += 1
        with saying(self._problem):
            for name, row in rows_of(sheet, self._recordings):
                self._put(name, row)

    def close(self) -> None:
        """Make the results, in the place of those that may be there; raises RtlogError where they cannot be written."""
        made = self._folder / "made"
        with saying(self._problem):
            for file in self._files.values():
                file.close()
            if self._path.suffix == DUCKDB:
                self._make_database(made)
            else:
                self._make_parquet(made)
            self._replace(made)

    def _check(self) -> None:
        """Refuse to replace what are no results."""
        path = self._path
        held: set[str] = set()
        if path.is_dir():
            held = {each.name for each in path.iterdir()} - {f"{name}{PARQUET}" for name in TABLES}
        elif path.suffix == DUCKDB and path.is_file() and path.stat().st_size:
            with connect(str(path), read_only=True) as database:
                held = {table for table, _ in _columns(database)} - set(TABLES)
        if held or (path.is_dir() and path.suffix == DUCKDB) or (path.is_file() and path.suffix != DUCKDB):
            raise RtlogError(f"{path}: holds something else than results: name another folder, or a {DUCKDB} file")

    def _put(self, name: str, row: msgspec.Struct) -> None:
        try:
            line = self._encode(row)
        except UnicodeEncodeError:  # half a surrogate pair, which no UTF-8 can say
            texts = {key: _sayable(text) for key, text in msgspec.structs.asdict(row).items() if isinstance(text, str)}
            line = self._encode(msgspec.structs.replace(row, **texts))
        self._files[name].write(line + b"\n")

    def _make_database(self, made: Path) -> None:
        with connect(str(made)) as database:
            for name, table in TABLES.items():
                rows(database, f"CREATE TABLE {name} AS {self._select(name, table)}")

    def _make_parquet(self, made: Path) -> None:
        made.mkdir()
        with connect() as database:
            for name, table in TABLES.items():
                place = literal(made / f"{name}{PARQUET}")
                rows(database, f"COPY ({self._select(name, table)}) TO {place} (FORMAT parquet, COMPRESSION zstd)")

    def _select(self, name: str, table: type[msgspec.Struct]) -> str:
        columns = ", ".join(f"{literal(column)}: {literal(kind)}" for column, kind in columns_of(table).items())
        source = literal(self._folder / f"{name}.jsonl")
        return (
            f"SELECT * FROM read_json({source}, format = 'newline_delimited', columns = {{{columns}}}, "  # noqa: S608
            f"maximum_object_size = {LONGEST_ROW})"
        )

    def _replace(self, made: Path) -> None:
        if self._path.is_dir():
            shutil.rmtree(self._path)
        made.replace(self._path)


def columns_of(table: type[msgspec.Struct]) -> dict[str, str]:
    """Give the columns of *table* with their SQL types."""
    return {name: SQL_TYPES_OF.get(name) or SQL_TYPES[_plain(hint)] for name, hint in get_type_hints(table).items()}


def opened(path: Path) -> "DuckDBPyConnection":
    """Open results for reading: whatever is asked of them can change nothing and reach no other file or network.

    Raises RtlogError for what are no results, or those of another version.
    """
    if not path.exists():
        raise RtlogError(f"{path}: no such results: make some with `rtlog analyze DIR --results {path}`")
    if path.is_dir():
        database = connect()
        _view(database, path)
    else:
        database = connect(str(path), read_only=True)
    database.execute("SET enable_external_access = false")
    database.execute("SET lock_configuration = true")
    with saying(f"{path}: cannot be read as results"):
        _check(database, path)
    return database


def _check(database: "DuckDBPyConnection", path: Path) -> None:
    columns = _columns(database)
    missing = set(TABLES) - {table for table, _ in columns}
    if missing:
        raise RtlogError(f"{path}: no results: has no {min(missing)}")
    if ("run", "version") in columns:
        found = database.execute("SELECT version FROM run LIMIT 2").fetchall()
        if found != [(RESULTS_VERSION,)]:
            version = found[0][0] if found else "none"
            raise RtlogError(f"{path}: results of version {version}, not {RESULTS_VERSION}: make them anew")
    for name, table in TABLES.items():
        for column, kind in columns_of(table).items():
            if columns.get((name, column)) != kind:
                raise RtlogError(f"{path}: no results: {name} has no column {column} {kind}")


def _columns(database: "DuckDBPyConnection") -> dict[tuple[str, str], str]:
    """Give the type of each column of each table and view."""
    return {(table, column): kind for table, column, kind in database.execute(COLUMNS).fetchall()}


def _view(database: "DuckDBPyConnection", folder: Path) -> None:
    files = {name: folder / f"{name}{PARQUET}" for name in TABLES}
    missing = next((file for file in files.values() if not file.is_file()), None)
    if missing is not None:
        raise RtlogError(f"{folder}: no results: has no {missing.name}")
    with saying(f"{folder}: cannot be read as results"):
        database.execute(f"SET allowed_paths = [{', '.join(map(literal, files.values()))}]")
        for name, file in files.items():
            database.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet({literal(file)})")  # noqa: S608


def _plain(hint: Any) -> object:  # noqa: ANN401 - a type, as it is written
    if get_origin(hint) in {Union, types.UnionType}:
        return next(each for each in get_args(hint) if each is not type(None))
    return hint


def _sayable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()
