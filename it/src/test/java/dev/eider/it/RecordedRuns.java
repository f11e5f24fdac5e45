package dev.eider.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;

/**
 * 150 real agent runs, read from a file that is not part of the project: recorded trajectories of
 * tau-bench, one JSON object a line with {@code task_id}, {@code trial}, {@code reward} and {@code
 * traj}, the chat messages in order. It is looked for in the directory named by {@code
 * -Deider.data.dir} or {@code EIDER_DATA_DIR}, else in {@code shared/data} beside the repository; a
 * test that needs it is skipped when it is not there.
 */
public final class RecordedRuns {
  private static final String FILE = "tau-bench-airline-gpt-4o.jsonl.gz";
  private static List<RecordedRun> all = List.of();

  private RecordedRuns() {}

  /** Every run, in the order of the file, which is read once. */
  public static synchronized List<RecordedRun> all() {
    if (all.isEmpty()) {
      all = read();
    }
    return all;
  }

  /** So many of them at even distances. */
  public static List<RecordedRun> some(int count) {
    List<RecordedRun> runs = all();
    return IntStream.range(0, count)
        .mapToObj(i -> runs.get((int) ((long) i * runs.size() / count)))
        .toList();
  }

  private static List<RecordedRun> read() {
    Path file = directory().resolve(FILE);
    Need.that(
        Files.isReadable(file),
        "real runs, as " + file + " is not there; name its directory with -Deider.data.dir=DIR");
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), UTF_8))) {
      return lines.lines().map(RecordedRuns::parseObject).map(Trajectory::toRun).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path directory() {
    String named = System.getProperty("eider.data.dir", System.getenv("EIDER_DATA_DIR"));
    return named != null && !named.isEmpty()
        ? Path.of(named)
        : RepositoryRoot.path().resolveSibling("shared").resolve("data");
  }

  /** Parses one JSON object. */
  static Struct parseObject(String text) {
    Struct.Builder object = Struct.newBuilder();
    try {
      JsonFormat.parser().merge(text, object);
    } catch (InvalidProtocolBufferException e) {
      throw new UncheckedIOException(e);
    }
    return object.build();
  }
}
