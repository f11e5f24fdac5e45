package dev.eider.server.store.file;

/** What kind of file runs are written to. */
public enum RunFileFormat {
  DUCKDB,
  PARQUET
}
