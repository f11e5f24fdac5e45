package dev.eider.client;

/** Is told how far a file has come, on the calling thread. */
@FunctionalInterface
public interface TransferProgress {
  /** Says nothing to anybody. */
  TransferProgress NONE = (bytes, fileBytes) -> {};

  /**
   * Takes note.
   *
   * @param bytes sent or received so far
   * @param fileBytes of the whole file
   */
  void moved(long bytes, long fileBytes);
}
