package dev.eider.server.store.row;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.eider.server.event.RunDigest;
import dev.eider.server.event.RunId;
import java.util.Arrays;
import java.util.HexFormat;

/** The hash of a run's id, which is all that the table deleted_runs keeps. */
public final class RunIdHash {
  private static final int HASH_BYTES = 16;

  private RunIdHash() {}

  /** Returns the hash in hexadecimal digits, upper case as DuckDB writes them. */
  public static String of(RunId runId) {
    byte[] hash = RunDigest.hash(runId.value().getBytes(UTF_8));
    return HexFormat.of().withUpperCase().formatHex(Arrays.copyOf(hash, HASH_BYTES));
  }
}
