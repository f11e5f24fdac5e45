package dev.eider.server.store.write;

/**
 * How many bytes of large events may still come before the next checkpoint; {@link Checkpoints}
 * says why that is bounded. Owned by the persister's thread.
 */
public final class CheckpointBudget {
  /** The size from which events count: 2,048 smaller ones fit into the budget. */
  private static final long LARGE_BYTES_MIN = 16 << 10;

  /** The share of the memory that large events may take, as several threads read them. */
  private static final int MEMORY_SHARE = 16;

  private final long largeBytesMax;
  private long largeBytes;

  public CheckpointBudget(long memoryLimitBytes) {
    largeBytesMax = memoryLimitBytes / MEMORY_SHARE;
  }

  /**
   * Counts an event that was appended.
   *
   * @param bytes its length in the wide columns
   */
  public void spend(long bytes) {
    if (bytes >= LARGE_BYTES_MIN) {
      largeBytes += bytes;
    }
  }

  /** Returns whether no large event should come before a checkpoint. */
  public boolean isSpent() {
    return largeBytes >= largeBytesMax;
  }

  /** Begins anew, behind a checkpoint. */
  public void renew() {
    largeBytes = 0;
  }
}
