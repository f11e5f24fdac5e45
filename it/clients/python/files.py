"""Opens the Parquet file that `eider export` wrote with pyarrow, pandas and polars, and recomputes each run's digest.

Usage: files.py EXPORT.parquet. Ends with `ok files`.
"""

import json
import sys

import pandas
import polars
import pyarrow.parquet

from exported import COLUMNS, digests, expect

(parquet,) = sys.argv[1:]

metadata = pyarrow.parquet.read_metadata(parquet).metadata
said = {run["run_id"]: bytes.fromhex(run["digest"]) for run in json.loads(metadata[b"eider.runs"]) if run["head_seq"]}
expect(len(said) > 0, "the metadata tell of no runs")

frame = pandas.read_parquet(parquet)
expect(list(frame.columns) == COLUMNS, "pandas sees other columns")
expect(digests(zip(frame["run_id"], frame["seq"], frame["event"])) == said, "pandas gets other digests")

frame = polars.read_parquet(parquet)
expect(frame.columns == COLUMNS, "polars sees other columns")
expect(digests(frame.select("run_id", "seq", "event").iter_rows()) == said, "polars gets other digests")

print("ok files")
