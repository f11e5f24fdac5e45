package dev.eider.server.files.format;

/** The kind of file that runs are written to. */
public enum RunFileFormat {
  DUCKDB,
  PARQUET
}
