package dev.eider.cli.remote;

import dev.eider.client.TransferProgress;
import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;

/** Says on stderr, once a second, how far a file has come. Owned by the main thread. */
final class Progress implements TransferProgress {
  private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final String what;
  private final PrintWriter err;
  private long saidNanos = System.nanoTime();

  Progress(String what, PrintWriter err) {
    this.what = what;
    this.err = err;
  }

  @Override
  public void moved(long bytes, long fileBytes) {
    long nowNanos = System.nanoTime();
    if (nowNanos - saidNanos >= EVERY_NANOS) {
      saidNanos = nowNanos;
      err.printf("%s: %d of %d KiB%n", what, bytes >> 10, fileBytes >> 10);
      err.flush();
    }
  }
}
