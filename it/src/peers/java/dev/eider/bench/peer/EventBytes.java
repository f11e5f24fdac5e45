package dev.eider.bench.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.eider.bench.BenchEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** Bytes of events, for the stores that know values and no columns, and of files. */
final class EventBytes {
  private EventBytes() {}

  /** The whole event as one value: ts, t, schema version, agent with its length, then the JSON. */
  static byte[] of(BenchEvent event) {
    byte[] agent = event.agentId().getBytes(UTF_8);
    byte[] json = event.json();
    return ByteBuffer.allocate(8 + 4 + 4 + 2 + agent.length + json.length)
        .putLong(event.ts())
        .putInt(event.t())
        .putInt(event.schemaVersion())
        .putShort((short) agent.length)
        .put(agent)
        .put(json)
        .array();
  }

  /** What a directory takes on its disk; what is reserved in a file but not there costs nothing. */
  static long onDisk(Path directory) throws IOException {
    Process du =
        new ProcessBuilder(List.of("du", "-sk", directory.toString()))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String said = new String(du.getInputStream().readAllBytes(), UTF_8);
    return Long.parseLong(said.split("\\s", 2)[0]) << 10;
  }
}
