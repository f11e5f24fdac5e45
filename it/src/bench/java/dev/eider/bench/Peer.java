package dev.eider.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A store that keeps runs of events, as the measures see it: Eider itself, and what it is compared
 * with. Runs are numbered from 0 and are there from {@link #start} on; each run has one publisher
 * at a time. What a reader of a run is shown is in publish order; the first event has seq 1.
 *
 * <p>An adapter starts its server in a process of its own, on loopback and a free port, keeps all
 * files in the directory it is given, and leaves nothing behind when it is closed. Any method may
 * throw; the measure then has no figure and says why. Methods are called by one thread, but {@link
 * #publisher} and {@link #follow} give parts that work beside each other.
 */
public interface Peer extends AutoCloseable {

  /** The name and version for the table, such as {@code PostgreSQL 15}. Known before the start. */
  String name();

  /** What an acknowledgement means, in a few words, such as {@code fsync before ack}. */
  String durability();

  /** Whether an acknowledged event survives the loss of power; if not, it is not compared with. */
  boolean isDurable();

  /** Whether clients reach it over the network; if not, it saves what Eider pays for that. */
  boolean isNetworked();

  /**
   * Why it cannot run on this machine, such as a program that is not installed; empty if it can.
   */
  Optional<String> missing();

  /** How it is pipelined best. */
  Pipelining pipelining();

  /**
   * Starts it with no event and waits until it serves.
   *
   * @param directory empty, on the disk under measurement, removed by the caller afterwards
   * @param runs how many runs there will be
   */
  void start(Path directory, int runs) throws Exception;

  /** Opens a connection to publish over. Closing it waits for nothing. */
  Publisher publisher() throws Exception;

  /** Opens a connection to publish over with one event under way at a time. */
  default Publisher publisherOfOne() throws Exception {
    return publisher();
  }

  /**
   * Follows a run live from its start, until closed. The sink is called by a thread of the adapter.
   */
  AutoCloseable follow(int run, Sink sink) throws Exception;

  /**
   * Reads all that is stored of one run, in order, and returns when it has.
   *
   * @return how many events that were
   */
  long replay(int run, Sink sink) throws Exception;

  /** Reads all that is stored of all runs, each run in order, and returns how many events. */
  long replayAll(Sink sink) throws Exception;

  /**
   * Waits until what is published has reached the place where it stays (checkpoints, merges), as
   * far as the store would do that by itself. What is measured afterwards is not disturbed by it.
   */
  void settle() throws Exception;

  /**
   * Waits until acknowledged events have reached the place they are read from, if the store bounds
   * how many may be on the way: for measuring a burst that begins with nothing on the way.
   */
  default void awaitTaken() throws Exception {}

  /** Stops it cleanly and starts it again on the same files, with empty caches of its own. */
  void restart() throws Exception;

  /** Its SQL over everything stored, after {@link #settle}; empty if it has none. */
  Optional<Queries> queries() throws Exception;

  /** The bytes of all its files, after {@link #settle}. */
  long bytesOnDisk() throws Exception;

  /** Ends it in whatever state it is. Its files may be left in its directory. */
  @Override
  void close();

  /** How many events go into a batch, and how many batches are under way at a time. */
  record Pipelining(int batchEvents, int batchesInFlight) {}

  /** A connection that publishes. Owned by one thread; the futures end on any. */
  interface Publisher extends AutoCloseable {

    /**
     * Sends a batch of events of one run. May block a little, but not until the answer, so that
     * {@link Pipelining#batchesInFlight} of them are under way; the caller sends no more than that.
     * Batches of a run take effect in the order sent.
     *
     * @return ends when the batch is acknowledged, with what {@link Peer#durability} says
     */
    CompletableFuture<Void> publish(int run, List<BenchEvent> batch) throws Exception;

    /** Does nothing unless there is something to close. */
    @Override
    default void close() throws Exception {}
  }

  /** Takes what a reader reads, a stretch of neighbours of one run at a time. */
  interface Sink {
    /**
     * Says that some events have been read: their bytes have come over the wire and lie apart from
     * each other in memory, but need not be parsed.
     *
     * @param firstSeq as the store keeps it; the others follow without a gap
     */
    void accept(int run, long firstSeq, int count);
  }

  /** The two questions that are asked of everybody. */
  interface Queries extends AutoCloseable {
    /** Per kind and agent: how many events, and the mean length of their JSON. Returns the rows. */
    long groupBy() throws Exception;

    /**
     * The last value by seq of each metric name, run and agent, ranked within the name, largest
     * first; returns the rows. Metrics are the events of kind {@code metric}, with {@code name} and
     * {@code value} in their JSON.
     */
    long ranking() throws Exception;

    @Override
    void close() throws Exception;
  }
}
