package dev.eider.bench.peer;

import dev.eider.bench.BenchEvent;
import dev.eider.bench.Peer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * PostgreSQL with one table of all events and an index on run and seq.
 *
 * <p>A group of events is one COPY in binary, and so one commit; a single event is a prepared
 * INSERT. Runs are spread over two connections, so that one commit is forced while the other group
 * comes in. While somebody follows, a trigger notifies once per statement; not otherwise, since a
 * transaction that notifies commits alone.
 */
public final class Postgres implements Peer {
  private static final int CONNECTIONS = 2;
  private static final String DRIVER = "org.postgresql.Driver";

  private final Optional<Path> programs = Installed.postgresFolder();

  /** Who runs it in place of root. */
  private final Optional<Installed.User> unprivileged = Installed.user("postgres", "nobody");

  private PostgresServer server;
  private Seqs seqs;

  /** Guarded by this. */
  private int followers;

  @Override
  public String name() {
    String version =
        programs.map(folder -> Installed.version(folder.resolve("postgres"))).orElse("");
    return ("PostgreSQL " + version).trim();
  }

  @Override
  public String durability() {
    return "fsync=on, synchronous_commit=on: fsync of the WAL before ack";
  }

  @Override
  public boolean isDurable() {
    return true;
  }

  @Override
  public boolean isNetworked() {
    return true;
  }

  @Override
  public Optional<String> missing() {
    if (programs.isEmpty()) {
      return Optional.of(
          "no initdb in PATH or below /usr/lib/postgresql; on Debian: apt-get install postgresql");
    }
    if (Installed.isRoot() && (unprivileged.isEmpty() || Installed.program("setpriv").isEmpty())) {
      return Optional.of(
          "it does not run as root, and there is no user postgres or nobody, or no setpriv");
    }
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
    server =
        new PostgresServer(
            programs.orElseThrow(),
            directory,
            Installed.isRoot() ? unprivileged : Optional.empty());
    server.start();
    execute(
        "CREATE TABLE events (seq bigint NOT NULL, ts bigint NOT NULL, run int NOT NULL,"
            + " t int NOT NULL, schema_version int NOT NULL, kind text NOT NULL,"
            + " agent_id text NOT NULL, payload text NOT NULL)",
        "CREATE UNIQUE INDEX events_run_seq ON events (run, seq)",
        "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql"
            + " AS 'BEGIN NOTIFY events; RETURN NULL; END'");
  }

  private void execute(String... statements) throws SQLException {
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  @Override
  public Publisher publisher() throws Exception {
    List<GroupCommit<PostgresRows>> commits = new ArrayList<>();
    for (int i = 0; i < Math.min(CONNECTIONS, seqs.runs()); i++) {
      commits.add(new GroupCommit<>("postgres-writer", new PostgresWriter(server.connect()), 1));
    }
    return new Publisher() {
      @Override
      public CompletableFuture<Void> publish(int run, List<BenchEvent> batch) throws Exception {
        long firstSeq = seqs.take(run, batch.size());
        return commits.get(run % commits.size()).add(PostgresRows.of(run, firstSeq, batch));
      }

      @Override
      public void close() throws Exception {
        for (GroupCommit<PostgresRows> commit : commits) {
          commit.close();
        }
      }
    };
  }

  @Override
  public AutoCloseable follow(int run, Sink sink) throws Exception {
    begunToFollow();
    Follower follower =
        new Follower("postgres-reader", new PostgresFollower(server.connect(), run, sink));
    return () -> {
      follower.close();
      endedFollowing();
    };
  }

  private synchronized void begunToFollow() throws SQLException {
    if (followers++ == 0) {
      execute(
          "CREATE OR REPLACE TRIGGER tell AFTER INSERT ON events"
              + " FOR EACH STATEMENT EXECUTE FUNCTION tell()");
    }
  }

  private synchronized void endedFollowing() throws SQLException {
    if (--followers == 0) {
      execute("DROP TRIGGER tell ON events");
    }
  }

  @Override
  public long replay(int run, Sink sink) throws Exception {
    try (Connection connection = server.connect()) {
      return PostgresRows.replay(connection, run, sink);
    }
  }

  @Override
  public long replayAll(Sink sink) throws Exception {
    long events = 0;
    try (Connection connection = server.connect()) {
      for (int run = 0; run < seqs.runs(); run++) {
        events += PostgresRows.replay(connection, run, sink);
      }
    }
    return events;
  }

  @Override
  public void settle() throws Exception {
    execute("VACUUM ANALYZE events", "CHECKPOINT");
  }

  @Override
  public void restart() throws Exception {
    server.stop();
    server.start();
  }

  @Override
  public Optional<Queries> queries() throws Exception {
    return Optional.of(
        new SqlQueries(
            server.connect(),
            "SELECT kind, agent_id, count(*), avg(octet_length(payload)) FROM events"
                + " GROUP BY kind, agent_id",
            "SELECT name, run, agent_id, value,"
                + " rank() OVER (PARTITION BY name ORDER BY value DESC) FROM ("
                + "SELECT DISTINCT ON (run, agent_id, name) run, agent_id, name, value FROM ("
                + "SELECT run, seq, agent_id, payload::json->>'name' AS name,"
                + " (payload::json->>'value')::float8 AS value FROM events WHERE kind = 'metric'"
                + ") metrics ORDER BY run, agent_id, name, seq DESC) lasts ORDER BY name, value DESC"));
  }

  @Override
  public long bytesOnDisk() throws Exception {
    return EventBytes.onDisk(server.data());
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
  }
}
