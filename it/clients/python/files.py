"""Opens what `eider export` wrote with stock tools, and recomputes each run's digest from its documented algorithm.

Usage: files.py EXPORT.duckdb EXPORT.parquet, both of the same runs. Ends with `ok files`.
"""

import hashlib
import json
import sys

import duckdb
import pandas
import polars
import pyarrow.parquet

COLUMNS = ["run_id", "agent_id", "t", "kind", "payload_json", "ts", "schema_version", "seq", "event"]


def digest(run_id, events):
    value = hashlib.sha256(run_id.encode()).digest()
    for event in events:
        value = hashlib.sha256(value + hashlib.sha256(event).digest()).digest()
    return value


def expect(holds, problem):
    if not holds:
        sys.exit(problem)


def digests(rows):
    """The digest of each run, of rows (run_id, seq, event) in any order."""
    runs = {}
    for run_id, seq, event in sorted(rows, key=lambda row: (row[0], row[1])):
        events = runs.setdefault(run_id, [])
        events.append(bytes(event))
        expect(seq == len(events), f"{run_id}: seq {seq} comes as number {len(events)}")
    return {run_id: digest(run_id, events) for run_id, events in runs.items()}


database, parquet = sys.argv[1:]

file = duckdb.connect(database, read_only=True)
said = {run_id: bytes(value) for run_id, value in file.sql("SELECT run_id, digest FROM runs WHERE head_seq > 0").fetchall()}
expect(len(said) > 0, "the DuckDB file holds no runs")
expect(digests(file.sql("SELECT run_id, seq, event FROM events").fetchall()) == said, "the DuckDB file's digests differ")
expect(file.sql("SELECT * FROM events").columns == COLUMNS, "the DuckDB file has other columns")
older = "SELECT run_id, agent_id, t, kind, payload_json, ts, schema_version FROM events ORDER BY run_id, t, rowid"
expect(all(json.loads(row[4])["kind"] == row[3] for row in file.sql(older).fetchall()), "a payload has another kind")

metadata = pyarrow.parquet.read_metadata(parquet).metadata
runs = {run["run_id"]: bytes.fromhex(run["digest"]) for run in json.loads(metadata[b"eider.runs"]) if run["head_seq"]}
expect(runs == said, "the Parquet file's metadata differ")

frame = pandas.read_parquet(parquet)
expect(list(frame.columns) == COLUMNS, "pandas sees other columns")
expect(digests(zip(frame["run_id"], frame["seq"], frame["event"])) == said, "pandas gets other digests")

frame = polars.read_parquet(parquet)
expect(frame.columns == COLUMNS, "polars sees other columns")
expect(digests(frame.select("run_id", "seq", "event").iter_rows()) == said, "polars gets other digests")

print("ok files")
