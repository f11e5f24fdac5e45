package dev.eider.server.files.format;

/** What kind of file runs are written to. */
public enum RunFileFormat {
  DUCKDB,
  PARQUET
}
