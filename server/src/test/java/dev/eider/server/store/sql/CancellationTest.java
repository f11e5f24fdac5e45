package dev.eider.server.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.duckdb.DuckDBConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class CancellationTest {
  /** Runs for minutes unless it is interrupted. */
  private static final String ENDLESS =
      "SELECT count(*) FROM range(1000000) AS a(i), range(1000000) AS b(j) WHERE hash(i + j) = 0";

  private final Cancellation cancellation = new Cancellation();
  private final ExecutorService runner = Executors.newSingleThreadExecutor();
  private DuckDBConnection connection;

  @BeforeEach
  void connect() throws SQLException {
    connection = (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:");
  }

  @AfterEach
  void close() throws Exception {
    runner.shutdown();
    assertThat(runner.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    connection.close();
  }

  @Test
  void shouldInterruptTheStatementThatRuns() throws Exception {
    // given
    CountDownLatch begun = new CountDownLatch(1);
    Future<?> running =
        runner.submit(
            () -> {
              try (Statement statement = connection.createStatement()) {
                cancellation.beforeRunning(statement);
                begun.countDown();
                statement.execute(ENDLESS);
              }
              return null;
            });
    begun.await();

    // when: an interrupt before the statement runs has no effect
    while (!running.isDone()) {
      cancellation.cancel();
      Thread.onSpinWait();
    }

    // then
    assertThatThrownBy(running::get)
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("INTERRUPT");
  }

  @Test
  void shouldFailTheStatementsAfterIt() throws Exception {
    cancellation.cancel();
    assertThat(cancellation.isCancelled()).isTrue();
    try (Statement statement = connection.createStatement()) {
      assertThatThrownBy(() -> cancellation.beforeRunning(statement))
          .isInstanceOf(SQLException.class)
          .hasMessageStartingWith("INTERRUPT");
    }
  }

  @Test
  void shouldLeaveAStatementAloneThatHasRun() throws Exception {
    try (Statement statement = connection.createStatement()) {
      cancellation.beforeRunning(statement);
      statement.execute("SELECT 1");
      cancellation.afterRunning();
      cancellation.cancel();
      assertThat(statement.execute("SELECT 2")).isTrue();
    }
  }
}
