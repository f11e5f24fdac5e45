package dev.eider.server.api;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Timestamp;
import dev.eider.server.base.BrokerException;
import dev.eider.server.event.EventKind;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.RunId;
import dev.eider.server.read.runs.RunSelection;
import dev.eider.server.run.ProducerStamp;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.EventFilter;
import dev.eider.v1.Producer;
import dev.eider.v1.RunFilter;
import dev.eider.v1.RunState;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Checks requests by the .proto files; refusals name field and limit. Thread-safe. */
public final class RequestValidator {
  private static final int LABELS_MAX = 64;
  private static final int LABEL_KEY_CHARS_MAX = 128;
  private static final int LABEL_VALUE_CHARS_MAX = 1_024;
  private static final int REQUEST_ID_CHARS_MAX = 128;
  private static final int FILTER_AGENTS_MAX = 1_000;
  private static final int TEXT_CHARS_MAX = 16_384;

  private RequestValidator() {}

  public static RunId runId(String field, String value) {
    if (!RunId.isValid(value)) {
      throw BrokerException.ofField(
              ErrorReason.ERROR_REASON_INVALID_RUN_ID,
              field,
              "must be 1-%s characters of [A-Za-z0-9._-], the first not . or -; it is %s"
                  .formatted(RunId.CHARS_MAX, shown(value)))
          .with("limit", RunId.CHARS_MAX);
    }
    return new RunId(value);
  }

  /** An id that may be left out. */
  public static @Nullable RunId runIdOrNull(String field, String value) {
    return value.isEmpty() ? null : runId(field, value);
  }

  public static void requestSize(MessageLite request, RequestLimits limits) {
    long bytes = request.getSerializedSize();
    if (bytes > limits.requestBytesMax()) {
      throw tooLarge("bytes", limits.requestBytesMax(), bytes);
    }
  }

  static void eventCount(int count, RequestLimits limits) {
    if (count > limits.eventsMax()) {
      throw tooLarge("events", limits.eventsMax(), count);
    }
  }

  public static @Nullable ProducerStamp producer(Producer producer) {
    if (producer.getId().isEmpty() || !RunId.hasIdCharacters(producer.getId())) {
      throw invalid(
          "producer.id",
          "must be 1-%s characters of [A-Za-z0-9._-]; it is %s"
              .formatted(RunId.CHARS_MAX, shown(producer.getId())));
    }
    atLeast("producer.epoch", producer.getEpoch(), 0);
    atLeast("producer.seq", producer.getSeq(), 1);
    return new ProducerStamp(producer.getId(), producer.getEpoch(), producer.getSeq());
  }

  public static long atLeast(String field, long value, long min) {
    if (value < min) {
      throw invalid(field, "must be at least " + min + "; it is " + value);
    }
    return value;
  }

  public static long inRange(String field, long value, long min, long max) {
    if (value < min || value > max) {
      throw invalid(field, "must be from " + min + " to " + max + "; it is " + value);
    }
    return value;
  }

  public static void labels(Map<String, String> labels) {
    labels("labels", labels);
  }

  public static void labels(String name, Map<String, String> labels) {
    if (labels.size() > LABELS_MAX) {
      throw invalid(name, "at most " + LABELS_MAX + " are allowed; there are " + labels.size());
    }
    labels.forEach(
        (key, value) -> {
          String field = name + "[" + shown(key) + "]";
          int keyChars = PlainText.chars(key);
          if (keyChars < 1 || keyChars > LABEL_KEY_CHARS_MAX) {
            throw invalid(
                field,
                "the key must be 1-"
                    + LABEL_KEY_CHARS_MAX
                    + " characters (code points of Unicode); it has "
                    + keyChars);
          }
          textLength(field, value, LABEL_VALUE_CHARS_MAX);
        });
  }

  public static void requestId(String requestId) {
    textLength("request_id", requestId, REQUEST_ID_CHARS_MAX);
  }

  public static void text(String field, String value) {
    textLength(field, value, TEXT_CHARS_MAX);
  }

  public static EventMatcher filter(EventFilter filter) {
    for (int i = 0; i < filter.getKindsCount(); i++) {
      if (!EventKind.ALL.contains(filter.getKinds(i))) {
        throw invalid(
            "filter.kinds[" + i + "]",
            "must be one of %s; it is %s"
                .formatted(
                    String.join(", ", EventKind.ALL.stream().sorted().toList()),
                    shown(filter.getKinds(i))));
      }
    }
    if (filter.getAgentIdsCount() > FILTER_AGENTS_MAX) {
      throw invalid(
          "filter.agent_ids",
          "at most " + FILTER_AGENTS_MAX + " are allowed; there are " + filter.getAgentIdsCount());
    }
    return EventMatcher.of(filter);
  }

  public static RunSelection selection(RunFilter filter) {
    if (filter.getState() == RunState.UNRECOGNIZED) {
      throw invalid("filter.state", "is unknown: " + filter.getStateValue());
    }
    return new RunSelection(
        filter.getState() == RunState.RUN_STATE_UNSPECIFIED
            ? null
            : filter.getState() == RunState.RUN_STATE_OPEN,
        filter.getLabelsMap(),
        runIdOrNull("filter.parent_run_id", filter.getParentRunId()),
        runIdOrNull("filter.root_run_id", filter.getRootRunId()),
        filter.hasCreatedFrom()
            ? micros("filter.created_from", filter.getCreatedFrom())
            : Long.MIN_VALUE,
        filter.hasCreatedUntil()
            ? micros("filter.created_until", filter.getCreatedUntil())
            : Long.MAX_VALUE);
  }

  public static BrokerException invalid(String field, String problem) {
    return BrokerException.ofField(ErrorReason.ERROR_REASON_INVALID_REQUEST, field, problem);
  }

  public static BrokerException shuttingDown() {
    return BrokerException.of(
        ErrorReason.ERROR_REASON_SHUTTING_DOWN, "the daemon is stopping; resume when it is back");
  }

  private static long micros(String field, Timestamp time) {
    if (!EventValidator.isValid(time)) {
      throw invalid(field, "is no time from year 1 to 9999");
    }
    return time.getSeconds() * 1_000_000 + time.getNanos() / 1_000;
  }

  private static void textLength(String field, String value, int charsMax) {
    int chars = PlainText.chars(value);
    if (chars > charsMax) {
      throw invalid(
          field,
          "must be at most " + charsMax + " characters (code points of Unicode); it has " + chars);
    }
  }

  private static BrokerException tooLarge(String what, long limit, long actual) {
    return BrokerException.ofField(
            ErrorReason.ERROR_REASON_BATCH_TOO_LARGE,
            "events",
            "a request may hold " + limit + " " + what + "; this one holds " + actual)
        .with("limit", limit)
        .with("actual", actual);
  }

  private static String shown(String value) {
    return "\"" + PlainText.start(value, 40) + "\"";
  }
}
