package dev.eider.server.store.connection;

import dev.eider.server.store.StoreException;
import dev.eider.server.store.sql.Cancellation;
import dev.eider.server.store.sql.QueryException;
import dev.eider.server.store.sql.SqlSession;
import dev.eider.server.store.sql.Statements;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every connection to one opening of the file: one that writes, those that read, and one that
 * copies. DuckDB closes the file with the last of them. Thread-safe, but for the writer, which the
 * persister's thread owns.
 */
public final class StoreConnections {
  private static final Logger LOG = LoggerFactory.getLogger(StoreConnections.class);

  /**
   * What SHOW TABLES and information_schema read. For callers they are hidden behind macros of the
   * same names that leave out the daemon's own tables.
   */
  private static final List<String> LISTINGS =
      List.of(
          "duckdb_tables",
          "duckdb_columns",
          "duckdb_views",
          "duckdb_constraints",
          "duckdb_schemas");

  private final DuckDBConnection writer;
  private final ReaderPool readers;
  private final ReaderPool queries;
  private final ReaderPool copies;
  private final Set<SqlSession> sessions = ConcurrentHashMap.newKeySet();

  // Written by the thread that copies, read by the one that closes.
  private volatile @Nullable Cancellation copy;

  /**
   * Takes over the writer, and duplicates it for the rest. After that no setting can be changed.
   *
   * @param tables the schema of the daemon's tables; queries of callers are in that of the views
   */
  StoreConnections(DuckDBConnection writer, String tables, int readersMax, int queriesMax)
      throws SQLException {
    this.writer = writer;
    Statements.execute(writer, "USE " + Schema.DATABASE + "." + tables);
    this.readers = new ReaderPool(duplicates(writer, tables, readersMax));
    List<DuckDBConnection> forQueries = duplicates(writer, Schema.VIEWS, queriesMax);
    for (DuckDBConnection connection : forQueries) {
      for (String listing : LISTINGS) {
        Statements.execute(
            connection,
            "CREATE TEMP MACRO %1$s() AS TABLE FROM system.main.%1$s() WHERE schema_name <> '%2$s'"
                .formatted(listing, Schema.TABLES));
      }
      Statements.execute(connection, "SET TimeZone = 'UTC'");
      // With 900 expressions within each other DuckDB's planner overflows the stack.
      Statements.execute(connection, "SET max_expression_depth = 100");
      // Queries written for DuckDB 1.x have `x -> x + 1`, which 2.0 refuses unless it is told.
      Statements.execute(connection, "SET lambda_syntax = 'ENABLE_SINGLE_ARROW'");
    }
    this.queries = new ReaderPool(forQueries);
    this.copies = new ReaderPool(duplicates(writer, tables, 1));
    Statements.execute(writer, "SET lock_configuration = true");
  }

  private static List<DuckDBConnection> duplicates(
      DuckDBConnection writer, String schema, int count) throws SQLException {
    List<DuckDBConnection> duplicates = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      DuckDBConnection duplicate = writer.duplicate();
      Statements.execute(duplicate, "USE " + Schema.DATABASE + "." + schema);
      duplicates.add(duplicate);
    }
    return duplicates;
  }

  public DuckDBConnection writer() {
    return writer;
  }

  /** Borrows a read connection, which must be given back; waits up to {@code timeoutMs}. */
  DuckDBConnection borrow(long timeoutMs) throws StoreException {
    return readers.borrow(timeoutMs);
  }

  void giveBack(DuckDBConnection connection) {
    giveBack(readers, connection);
  }

  /** Lends a connection to a query; waits up to {@code timeoutMs}. */
  SqlSession lend(long timeoutMs, Consumer<QueryException> onFailure) throws StoreException {
    SqlSession session =
        new SqlSession(
            queries.borrow(timeoutMs),
            ended -> {
              sessions.remove(ended);
              giveBack(queries, ended.connection());
            },
            onFailure);
    sessions.add(session);
    return session;
  }

  /** Returns whether no query of a caller is under way. */
  public boolean isWithoutQueries() {
    return sessions.isEmpty();
  }

  /**
   * Borrows the connection for a copy of the file, which must be given back with {@link
   * #giveBackCopying}; one at a time.
   *
   * @param copying cancelled when these connections are closed
   */
  public DuckDBConnection borrowForCopy(Cancellation copying) throws StoreException {
    DuckDBConnection borrowed = copies.borrow(1);
    copy = copying;
    return borrowed;
  }

  /** Takes back the connection that a copy has borrowed. */
  public void giveBackCopying(DuckDBConnection connection) {
    copy = null;
    giveBack(copies, connection);
  }

  private static void giveBack(ReaderPool pool, DuckDBConnection connection) {
    try {
      pool.giveBack(connection);
    } catch (SQLException e) {
      LOG.warn("closing a read connection failed", e);
    }
  }

  /**
   * Cancels the queries and closes the connections that are idle; can be repeated. A transaction
   * under way is undone.
   */
  void close() {
    sessions.forEach(SqlSession::cancel);
    Cancellation underWay = copy;
    if (underWay != null) {
      underWay.cancel();
    }
    try {
      readers.close();
      queries.close();
      copies.close();
    } catch (SQLException e) {
      LOG.warn("closing a read connection failed", e);
    }
    try {
      writer.close();
    } catch (SQLException e) {
      LOG.warn("closing the write connection failed", e);
    }
  }

  /** Closes everything, waiting for readers; returns false when one is still busy. */
  boolean closeAndAwait(long timeoutMs) {
    close();
    return readers.awaitClosed(timeoutMs)
        && queries.awaitClosed(timeoutMs)
        && copies.awaitClosed(timeoutMs);
  }
}
