package dev.eider.client;

/** Receives the progress of a file transfer, on the calling thread. */
@FunctionalInterface
public interface TransferProgress {
  /** Ignores all progress. */
  TransferProgress NONE = (bytes, fileBytes) -> {};

  /**
   * Called after each part that was sent or received.
   *
   * @param bytes the bytes sent or received so far
   * @param fileBytes the bytes of the whole file
   */
  void moved(long bytes, long fileBytes);
}
