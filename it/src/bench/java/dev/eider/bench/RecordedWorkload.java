package dev.eider.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.eider.it.RecordedRun;
import dev.eider.it.RecordedRuns;
import dev.eider.v1.Event;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The events of recorded runs, for a benchmark of real text. */
final class RecordedWorkload {
  private RecordedWorkload() {}

  /**
   * Reads them.
   *
   * @param directory what {@link RecordedRuns} looks into
   */
  static Workload of(Path directory) throws InvalidProtocolBufferException {
    System.setProperty("eider.data.dir", directory.toAbsolutePath().toString());
    JsonFormat.Printer printer =
        JsonFormat.printer().preservingProtoFieldNames().omittingInsignificantWhitespace();
    List<BenchEvent> events = new ArrayList<>();
    for (RecordedRun run : RecordedRuns.all()) {
      for (Event recorded : run.events()) {
        Event event = recorded.toBuilder().setSchemaVersion(1).build();
        events.add(Workload.encoded(event, kind(event), printer.print(event).getBytes(UTF_8)));
      }
    }
    return Workload.of(events);
  }

  private static String kind(Event event) {
    return event.getPayloadCase().name().toLowerCase(java.util.Locale.ROOT);
  }
}
