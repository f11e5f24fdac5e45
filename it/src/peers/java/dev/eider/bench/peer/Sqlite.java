package dev.eider.bench.peer;

import dev.eider.bench.BenchEvent;
import dev.eider.bench.Peer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * SQLite in this process, with one table of all events and an index on run and seq: one writing
 * connection, a reading one for each reader. Readers are woken within the process. It pays for no
 * network and no second process.
 */
public final class Sqlite implements Peer {
  private static final String DRIVER = "org.sqlite.JDBC";

  private final Commits commits = new Commits();
  private SqliteFile file;
  private Seqs seqs;

  @Override
  public String name() {
    return "SQLite WAL";
  }

  @Override
  public String durability() {
    return "WAL, synchronous=FULL: fsync of the WAL before ack; in process";
  }

  @Override
  public boolean isDurable() {
    return true;
  }

  @Override
  public boolean isNetworked() {
    return false;
  }

  @Override
  public Optional<String> missing() {
    return Installed.isOnClassPath(DRIVER)
        ? Optional.empty()
        : Optional.of("its JDBC driver is not there; build with -Pbench,peers");
  }

  @Override
  public Pipelining pipelining() {
    return new Pipelining(1_000, 4);
  }

  @Override
  public void start(Path directory, int runs) throws Exception {
    seqs = new Seqs(runs);
    file = new SqliteFile(directory.resolve("events.db"));
    try (Connection connection = file.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE events (run INTEGER NOT NULL, seq INTEGER NOT NULL, ts INTEGER NOT NULL,"
              + " t INTEGER NOT NULL, schema_version INTEGER NOT NULL, kind TEXT NOT NULL,"
              + " agent_id TEXT NOT NULL, payload BLOB NOT NULL)");
      statement.execute("CREATE UNIQUE INDEX events_run_seq ON events (run, seq)");
    }
  }

  @Override
  public Publisher publisher() throws SQLException {
    var commit =
        new GroupCommit<>("sqlite-writer", new SqliteWriter(file.connect(), commits::tell), 1);
    return new Publisher() {
      @Override
      public CompletableFuture<Void> publish(int run, List<BenchEvent> batch) throws Exception {
        return commit.add(new SqliteWriter.Batch(run, seqs.take(run, batch.size()), batch));
      }

      @Override
      public void close() throws Exception {
        commit.close();
      }
    };
  }

  @Override
  public AutoCloseable follow(int run, Sink sink) throws SQLException {
    SqliteReader reader = new SqliteReader(file.connect(), run, sink);
    return new Follower("sqlite-reader", new Live(reader, commits));
  }

  @Override
  public long replay(int run, Sink sink) throws SQLException {
    try (SqliteReader reader = new SqliteReader(file.connect(), run, sink)) {
      return reader.readAll();
    }
  }

  @Override
  public long replayAll(Sink sink) throws SQLException {
    long events = 0;
    for (int run = 0; run < seqs.runs(); run++) {
      events += replay(run, sink);
    }
    return events;
  }

  @Override
  public void settle() throws SQLException {
    try (Connection connection = file.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
      statement.execute("PRAGMA optimize");
    }
  }

  /** Every connection is somebody's, and closed by now; there is no cache but theirs. */
  @Override
  public void restart() {}

  @Override
  public Optional<Queries> queries() throws SQLException {
    return Optional.of(
        new SqlQueries(
            file.connect(),
            "SELECT kind, agent_id, count(*), avg(length(payload)) FROM events"
                + " GROUP BY kind, agent_id",
            // With max(seq), SQLite takes the other columns from the row that has it.
            "SELECT name, run, agent_id, value,"
                + " rank() OVER (PARTITION BY name ORDER BY value DESC) FROM ("
                + "SELECT run, agent_id, json_extract(CAST(payload AS TEXT), '$.name') AS name,"
                + " json_extract(CAST(payload AS TEXT), '$.value') AS value, max(seq)"
                + " FROM events WHERE kind = 'metric' GROUP BY run, agent_id, name)"
                + " ORDER BY name, value DESC"));
  }

  @Override
  public long bytesOnDisk() throws Exception {
    return EventBytes.onDisk(file.directory());
  }

  @Override
  public void close() {}

  /** Wakes readers when something is committed. Thread-safe. */
  private static final class Commits {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition told = lock.newCondition();
    private long count;

    long count() {
      lock.lock();
      try {
        return count;
      } finally {
        lock.unlock();
      }
    }

    void tell() {
      lock.lock();
      try {
        count++;
        told.signalAll();
      } finally {
        lock.unlock();
      }
    }

    /** Waits until there have been others than these, no longer than half a second. */
    void awaitAfter(long seen) throws InterruptedException {
      long left = 500_000_000;
      lock.lock();
      try {
        while (count == seen && left > 0) {
          left = told.awaitNanos(left);
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private record Live(SqliteReader reader, Commits commits) implements Follower.Source {
    @Override
    public void readOnce() throws Exception {
      long seen = commits.count();
      if (reader.readSome() == 0) {
        commits.awaitAfter(seen);
      }
    }

    @Override
    public void endWait() {
      commits.tell();
    }

    @Override
    public void close() throws Exception {
      reader.close();
    }
  }
}
