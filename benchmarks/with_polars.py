"""Counts the events of a recording by type with polars, as it streams: `with_polars.py FILE`."""

import sys

import polars as pl

events = pl.scan_ndjson(sys.argv[1], schema={"type": pl.String})
print(events.group_by("type").len().collect(engine="streaming"))
