package dev.eider.it.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.it.ColdRead;
import dev.eider.it.Daemon;
import dev.eider.it.Directories;
import dev.eider.it.DuckDbFile;
import dev.eider.it.RawEnvelope;
import dev.eider.it.RunCalls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The files of the earlier build, with one of its runs copied so often that the migration takes a
 * while: the daemon that does it is killed at ever later moments, and nothing is lost.
 */
@Timeout(300)
class MigrationIT {
  private static final int KILLS = 20;
  private static final long STEP_MS = 25;
  private static final int COPIES = 6_000;

  @TempDir private Path directory;

  @Test
  void shouldLoseNothingWhenItIsKilledAgainAndAgain() throws Exception {
    try (Daemon daemon = Daemon.start(directory, Daemon.SHORT_LIVED, Map.of())) {
      // given
      daemon.kill9();
      Directories.empty(daemon.dataDirectory());
      EarlierBuildIT.unzip(directory);
      Path database = daemon.dataDirectory().resolve("events.duckdb");
      copyRun(database);
      Object old = key(database);

      // when
      int interrupted = 0;
      for (int kill = 0; kill < KILLS; kill++) {
        daemon.dieStarting(after(kill * STEP_MS, daemon.dataDirectory(), old));
        interrupted += key(database).equals(old) ? 1 : 0;
      }
      daemon.restart();

      // then
      assertThat(interrupted).as("kills before the new file was in place").isPositive();
      List<RawEnvelope> expected = shouldBeWhole(daemon, "closed");
      for (int i = 1; i <= COPIES; i += COPIES / 10) {
        assertThat(ColdRead.of(daemon.channel(), "copy-" + i).events())
            .extracting(RawEnvelope::event)
            .isEqualTo(expected.stream().map(RawEnvelope::event).toList());
      }
      shouldBeWhole(daemon, "fork");
      assertThat(daemon.terminate(30)).isEqualTo(143);
      try (DuckDbFile file = DuckDbFile.of(daemon)) {
        assertThat(file.number("SELECT count(*) FROM events WHERE run_id LIKE 'copy-%'"))
            .isEqualTo((long) COPIES * expected.size());
        assertThat(
                file.number(
                    "SELECT count(DISTINCT (seq, payload_json, event_rest, attributes))"
                        + " FROM events WHERE run_id LIKE 'copy-%' OR run_id = 'closed'"))
            .isEqualTo(expected.size());
      }
    }
  }

  /** A while after the new file was begun, or once it is in place. */
  private static BooleanSupplier after(long ms, Path data, Object old) {
    FileTime launched = FileTime.from(Instant.now());
    long[] begunNanos = {0};
    return () -> {
      long now = System.nanoTime();
      if (begunNanos[0] == 0 && isNewer(data.resolve("rewrite/events.duckdb"), launched)) {
        begunNanos[0] = now;
      }
      return !key(data.resolve("events.duckdb")).equals(old)
          || (begunNanos[0] != 0 && now - begunNanos[0] >= TimeUnit.MILLISECONDS.toNanos(ms));
    };
  }

  /** An earlier try's file stays until the next start removes it. */
  private static boolean isNewer(Path file, FileTime launched) {
    try {
      return Files.getLastModifiedTime(file).compareTo(launched) > 0;
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<RawEnvelope> shouldBeWhole(Daemon daemon, String runId) {
    ColdRead read = ColdRead.of(daemon.channel(), runId);
    read.checker().shouldHaveDigest(new RunCalls(daemon).get(runId).getDigest());
    return read.events();
  }

  private static void copyRun(Path database) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + database);
        Statement statement = connection.createStatement()) {
      for (String table : List.of("events", "runs")) {
        statement.execute(
            "INSERT INTO %1$s SELECT r.* REPLACE ('copy-' || i AS run_id) FROM %1$s AS r, range(1, %2$d) AS c(i) WHERE run_id = 'closed'"
                .formatted(table, COPIES + 1));
      }
    }
  }

  /** What tells a file from another of the same name. */
  private static Object key(Path file) {
    try {
      return Objects.requireNonNull(
          Files.readAttributes(file, BasicFileAttributes.class).fileKey());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
