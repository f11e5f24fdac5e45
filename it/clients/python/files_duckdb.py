"""Opens what `eider export` wrote with stock DuckDB alone, of whatever version, and recomputes each run's digest.

Usage: files_duckdb.py EXPORT.duckdb EXPORT.parquet, both of the same runs. Ends with `ok files of DuckDB` and its version.
"""

import json
import sys

import duckdb

from exported import COLUMNS, digests, expect

database, parquet = sys.argv[1:]

file = duckdb.connect(database, read_only=True)
said = {run_id: bytes(value) for run_id, value in file.sql("SELECT run_id, digest FROM runs WHERE head_seq > 0").fetchall()}
expect(len(said) > 0, "the DuckDB file holds no runs")
for events in ["events", f"'{parquet}'"]:
    # The view in a DuckDB file has rowid as well, for queries of the older format.
    columns = [name for name in file.sql(f"SELECT * FROM {events}").columns if name != "rowid"]
    expect(columns == COLUMNS, f"{events} has other columns")
    rows = file.sql(f"SELECT run_id, seq, event FROM {events}").fetchall()
    expect(digests(rows) == said, f"the digests of {events} differ")
older = "SELECT run_id, agent_id, t, kind, payload_json, ts, schema_version FROM events ORDER BY run_id, t, rowid"
expect(all(json.loads(row[4])["kind"] == row[3] for row in file.sql(older).fetchall()), "a payload has another kind")

print("ok files of DuckDB", duckdb.__version__)
