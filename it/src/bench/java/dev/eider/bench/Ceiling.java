package dev.eider.bench;

/** What the physical limits are called in the table. docs/performance.md says what each one is. */
public final class Ceiling {
  public static final String ECHO = "gRPC echo";
  public static final String FORCE = "file + force";
  public static final String ECHO_AND_FORCE = "echo + force";
  public static final String APPENDER = "DuckDB appender";
  public static final String TABLE = "DuckDB, sorted";
  public static final String COPY = "memory copy";
  public static final String BYTES = "JSON bytes";
  public static final String NO_QUERIES = "without queries";
  public static final String SHORT_RUN = "run of 100";
  public static final String METRICS = "sum of metrics";
  public static final String FEW_RUNS = "1,000 open";

  private Ceiling() {}
}
