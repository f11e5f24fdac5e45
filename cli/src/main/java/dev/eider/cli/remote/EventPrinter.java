package dev.eider.cli.remote;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.eider.v1.Event;
import dev.eider.v1.EventEnvelope;
import java.io.PrintWriter;
import java.util.Iterator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Prints events as they come, one a line. Owned by one thread. */
final class EventPrinter {
  private static final int TEXT_MAX = 100;

  private final PrintWriter out;
  private final boolean json;
  private String runId = "";

  /** Prints events; a line says so when those of another run than {@code runId} begin. */
  EventPrinter(PrintWriter out, boolean json, String runId) {
    this.out = out;
    this.json = json;
    this.runId = runId;
  }

  /** Prints events as they come; returns false when nobody reads any more. */
  boolean printAll(Iterator<EventEnvelope> events) {
    while (events.hasNext()) {
      if (!print(events.next())) {
        return false;
      }
    }
    return true;
  }

  private boolean print(EventEnvelope envelope) {
    if (json) {
      out.println(Json.whole(envelope));
    } else {
      if (!envelope.getRunId().equals(runId)) {
        runId = envelope.getRunId();
        out.println("-- run " + runId);
      }
      out.println(line(envelope));
    }
    return !out.checkError();
  }

  private static String line(EventEnvelope envelope) {
    Event event = envelope.getEvent();
    FieldDescriptor payload =
        event.getOneofFieldDescriptor(Event.getDescriptor().getOneofs().get(0));
    String agent = event.getAgentId().isEmpty() ? "-" : event.getAgentId();
    return String.format(
        Locale.ROOT,
        "%6d  t %-4d %-12s  %-14s  %s",
        envelope.getSeq(),
        event.getT(),
        agent,
        payload == null ? "unknown" : payload.getName(),
        text(event, payload));
  }

  private static String text(Event event, @Nullable FieldDescriptor payload) {
    String text = payload == null ? "" : shorten(Json.brief((Message) event.getField(payload)));
    return event.hasAttributes()
        ? text + "  attributes " + shorten(Json.brief(event.getAttributes()))
        : text;
  }

  private static String shorten(String text) {
    return text.length() <= TEXT_MAX ? text : text.substring(0, TEXT_MAX - 3) + "...";
  }
}
