package dev.eider.it;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.Struct;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
  private static final JsonFactory JSON = new JsonFactory();
  private static List<RecordedRun> all = List.of();

  private RecordedRuns() {}

  /** Every run, in the order of the file, which is read once. */
  public static synchronized List<RecordedRun> all() {
    if (all.isEmpty()) {
      all = List.copyOf(read());
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
    List<RecordedRun> runs = new ArrayList<>();
    try (JsonParser json = open()) {
      while (json.nextToken() == JsonToken.START_OBJECT) {
        runs.add(Trajectory.toRun(JsonStructs.object(json)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return runs;
  }

  /**
   * How many events of each kind the file gives, counted from its tokens without building an event:
   * four for an assistant's message, one for a tool call, one for a tool's answer, one a run.
   */
  public static Map<String, Long> expectedKindCounts() {
    Map<String, Long> counts = new TreeMap<>();
    try (JsonParser json = open()) {
      for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
        String path = json.getParsingContext().pathAsPointer().toString();
        if (path.matches("/traj/\\d+/role") && token == JsonToken.VALUE_STRING) {
          countMessage(counts, json.getText());
        } else if (path.matches("/traj/\\d+/tool_calls/\\d+/function/name")
            && token == JsonToken.VALUE_STRING) {
          counts.merge("action", 1L, Long::sum);
        } else if (path.equals("/reward") && token.isNumeric()) {
          counts.merge("metric", 1L, Long::sum);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return counts;
  }

  private static void countMessage(Map<String, Long> counts, String role) {
    if (role.equals("assistant")) {
      for (String kind : List.of("turn_start", "observation", "llm_prompt", "llm_response")) {
        counts.merge(kind, 1L, Long::sum);
      }
    } else if (role.equals("tool")) {
      counts.merge("action_result", 1L, Long::sum);
    }
  }

  private static JsonParser open() throws IOException {
    Path file = directory().resolve(FILE);
    Need.that(
        Files.isReadable(file),
        "real runs, as " + file + " is not there; name its directory with -Deider.data.dir=DIR");
    InputStream unzipped = new GZIPInputStream(Files.newInputStream(file));
    return JSON.createParser(new BufferedInputStream(unzipped));
  }

  private static Path directory() {
    String named = System.getProperty("eider.data.dir", System.getenv("EIDER_DATA_DIR"));
    return named != null && !named.isEmpty()
        ? Path.of(named)
        : RepositoryRoot.path().resolveSibling("shared").resolve("data");
  }

  /** Parses one JSON object, for what is JSON inside a string. */
  public static Struct parseObject(String text) {
    try (JsonParser json = JSON.createParser(text)) {
      json.nextToken();
      return JsonStructs.object(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
