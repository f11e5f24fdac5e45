package dev.eider.it.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.eider.it.ColdRead;
import dev.eider.it.Daemon;
import dev.eider.it.LogReader;
import dev.eider.it.RawEnvelope;
import dev.eider.it.RunCalls;
import dev.eider.it.RunDigests;
import dev.eider.v1.ImportRunsResponse;
import dev.eider.v1.Producer;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishResponse;
import dev.eider.v1.Run;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that an earlier build wrote: a data directory it was killed on, its exports and a resume
 * token, kept in {@code earlier-build.zip} with what it said of every run.
 *
 * <p>The build is that of format version 2, the first that is carried on. The run {@code open} ends
 * with events that only the log has; {@code gone} and {@code parent} were deleted, and {@code
 * orphan} was forked from the latter.
 */
@Timeout(120)
class EarlierBuildIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int OPEN_HEAD_PERSISTED = 21;
  private static final int OPEN_HEAD = 28;

  @TempDir private Path directory;
  private final Properties expected = new Properties();
  private Daemon daemon;

  @BeforeEach
  void startOnItsFiles() throws IOException {
    unzip(directory);
    try (InputStream text = Files.newInputStream(directory.resolve("expected.properties"))) {
      expected.load(text);
    }
    daemon = Daemon.start(directory, Daemon.SHORT_LIVED, Map.of());
  }

  @AfterEach
  void stop() {
    daemon.close();
  }

  @Test
  void shouldHaveEveryRunAsItWas() {
    RunCalls runs = new RunCalls(daemon);

    List<String> found = new ArrayList<>();
    for (String runId : runs.heads().keySet()) {
      Run run = runs.get(runId);
      found.add(runId + "=" + description(run));
      runs.awaitPersisted(runId, SOON);
      ColdRead cold = ColdRead.of(daemon.channel(), runId);
      cold.checker().shouldHaveAllUpTo(run.getHeadSeq());
      cold.checker().shouldHaveDigest(run.getDigest());
    }

    assertThat(found).containsExactlyInAnyOrderElementsOf(expectedRuns());
    assertThat(runs.snapshot("fork", 5).getState().getFieldsMap().get("gold").getNumberValue())
        .isEqualTo(5);
  }

  @Test
  void shouldKnowItsProducersAndDeletedIds() {
    RunCalls runs = new RunCalls(daemon);
    runs.awaitPersisted("open", SOON);
    ColdRead cold = ColdRead.of(daemon.channel(), "open");
    PublishRequest repeat = lastRequest(cold.events());

    PublishResponse response = daemon.broker().publish(repeat);

    assertThat(response.getDuplicate()).isTrue();
    assertThat(response.getFirstSeq()).isEqualTo(OPEN_HEAD_PERSISTED + 1);
    assertThat(response.getLastSeq()).isEqualTo(OPEN_HEAD);
    assertThatThrownBy(() -> runs.open("gone", Map.of())).hasMessageContaining("gone");
    assertThatThrownBy(() -> runs.get("parent")).hasMessageContaining("parent");
  }

  @Test
  void shouldResumeAfterItsToken() {
    ByteString token = ByteString.copyFrom(HexFormat.of().parseHex(expected.getProperty("token")));
    try (LogReader reader = LogReader.after(daemon.channel(), token)) {
      reader.awaitEvents(OPEN_HEAD - OPEN_HEAD_PERSISTED, SOON);
      assertThat(reader.leave().places())
          .containsExactly(
              "open 22", "open 23", "open 24", "open 25", "open 26", "open 27", "open 28");
    }
  }

  @Test
  void shouldTakeInItsExports() {
    for (String name : List.of("runs.duckdb", "runs.parquet")) {
      Daemon other = Daemon.start(directory.resolve("other-" + name), Daemon.SHORT_LIVED, Map.of());
      try {
        ImportRunsResponse imported = FileCalls.importRuns(other, directory.resolve(name));

        assertThat(imported.getEventCount()).isPositive();
        RunCalls runs = new RunCalls(other);
        assertThat(description(runs.get("closed"))).isEqualTo(expected.getProperty("run.closed"));
        ColdRead cold = ColdRead.of(other.channel(), "closed");
        cold.checker().shouldHaveDigest(runs.get("closed").getDigest());
      } finally {
        other.close();
      }
    }
  }

  private List<String> expectedRuns() {
    return expected.stringPropertyNames().stream()
        .filter(name -> name.startsWith("run."))
        .map(name -> name.substring("run.".length()) + "=" + expected.getProperty(name))
        .toList();
  }

  private static String description(Run run) {
    String digest = RunDigests.hex(run.getDigest());
    return run.getState().getNumber() + " " + run.getHeadSeq() + " " + digest;
  }

  /** The request that the daemon was killed after. */
  private static PublishRequest lastRequest(List<RawEnvelope> events) {
    PublishRequest.Builder request =
        PublishRequest.newBuilder()
            .setRunId("open")
            .setProducer(
                Producer.newBuilder().setId("q").setEpoch(3).setSeq(OPEN_HEAD_PERSISTED + 1));
    for (RawEnvelope envelope : events.subList(OPEN_HEAD_PERSISTED, OPEN_HEAD)) {
      request.addEvents(envelope.parsedEvent());
    }
    return request.build();
  }

  /** Lays its files into a directory. */
  static void unzip(Path directory) throws IOException {
    try (ZipInputStream zip =
        new ZipInputStream(
            Objects.requireNonNull(
                EarlierBuildIT.class.getResourceAsStream("earlier-build.zip")))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Path file = directory.resolve(entry.getName());
        Files.createDirectories(entry.isDirectory() ? file : file.getParent());
        if (!entry.isDirectory()) {
          Files.copy(zip, file);
        }
      }
    }
  }
}
