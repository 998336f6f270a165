"""Counts the events of a recording by type with duckdb, on one thread: `with_duckdb.py FILE`."""

import sys

import duckdb

QUERY = """
SELECT type, count(*)
FROM read_json(?, columns={type: 'VARCHAR'}, format='newline_delimited', maximum_object_size=268435456)
GROUP BY type
"""

print(duckdb.connect(config={"threads": 1}).execute(QUERY, [sys.argv[1]]).fetchall())
