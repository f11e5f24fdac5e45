package dev.eider.bench.peer;

/**
 * The thread that follows a run: it reads what is new, again and again, until closed. The source is
 * used by this thread alone, and closed by it.
 */
final class Follower implements AutoCloseable {
  private final Source source;
  private final Thread thread;

  /** Written by close, read by the thread. */
  private volatile boolean closed;

  /** Where the new events come from. */
  interface Source extends AutoCloseable {
    /** Gives the sink what is new, or waits for it, no longer than a second. */
    void readOnce() throws Exception;

    /** Ends a wait, with an exception if need be. The only method for other threads. */
    void endWait() throws Exception;
  }

  Follower(String name, Source source) {
    this.source = source;
    this.thread = new Thread(this::work, name);
    thread.setDaemon(true);
    thread.start();
  }

  private void work() {
    try (source) {
      while (!closed) {
        source.readOnce();
      }
    } catch (Exception e) {
      if (!closed) {
        throw new IllegalStateException("a reader failed, its measure will miss events", e);
      }
    }
  }

  @Override
  public void close() throws Exception {
    closed = true;
    source.endWait();
    thread.join(5_000);
  }
}
