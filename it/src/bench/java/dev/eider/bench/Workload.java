package dev.eider.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.util.Timestamps;
import dev.eider.v1.ActionResultPayload;
import dev.eider.v1.Event;
import dev.eider.v1.LlmPromptPayload;
import dev.eider.v1.LlmResponsePayload;
import dev.eider.v1.MetricPayload;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The events, made from a fixed seed and used over and over: of a mean of 370 bytes of JSON, 60 %
 * of about 120 bytes (results of actions, and metrics with a name of about a sixth of that), 25 %
 * of about 500 (prompts), 15 % of about 1,150 (responses), of random words, which hardly compress.
 * Immutable.
 */
public final class Workload {
  /** How many different events there are. */
  static final int POOL = 20_000;

  private static final long SEED = 370;
  private static final int AGENTS = 4;
  private static final int METRIC_NAMES = 10;
  private static final int EVENTS_PER_TURN = 10;
  private static final long FIRST_TS_MICROS = 1_790_000_000_000_000L;

  private final List<BenchEvent> events;

  private Workload(List<BenchEvent> events) {
    // Twice, so that any stretch of up to the whole pool is one sublist.
    this.events = new ArrayList<>(events);
    this.events.addAll(events);
  }

  /** The events of random words. */
  public static Workload synthetic() {
    Random random = new Random(SEED);
    List<BenchEvent> events = new ArrayList<>(POOL);
    for (int i = 0; i < POOL; i++) {
      events.add(event(random, i));
    }
    return new Workload(events);
  }

  /** Events from elsewhere, at least one. */
  public static Workload of(List<BenchEvent> given) {
    List<BenchEvent> events = new ArrayList<>(POOL);
    while (events.size() < POOL) {
      events.addAll(given.subList(0, Math.min(given.size(), POOL - events.size())));
    }
    return new Workload(events);
  }

  /**
   * Neighbouring events, the same ones whenever asked.
   *
   * @param from any number from 0
   * @param count at most the pool
   */
  public List<BenchEvent> batch(long from, int count) {
    int start = (int) (from % POOL);
    return events.subList(start, start + count);
  }

  /** The mean of the payload's length in JSON, in bytes. */
  public double meanJsonBytes() {
    return events.stream().mapToInt(event -> event.json().length).average().orElseThrow();
  }

  private static BenchEvent event(Random random, int number) {
    int share = random.nextInt(100);
    if (share < 10) {
      return metric(random, number);
    }
    if (share < 60) {
      return actionResult(random, number);
    }
    return share < 85 ? prompt(random, number) : response(random, number);
  }

  private static BenchEvent metric(Random random, int number) {
    String name = "score-" + random.nextInt(METRIC_NAMES);
    double value = random.nextInt(1_000_000) / 1000.0;
    Event.Builder event = header(random, number);
    event.setMetric(MetricPayload.newBuilder().setName(name).setValue(value));
    return encoded(event, "metric", "\"name\":\"" + name + "\",\"value\":" + value);
  }

  private static BenchEvent actionResult(Random random, int number) {
    String type = words(random, around(random, 50));
    Event.Builder event = header(random, number);
    event.setActionResult(
        ActionResultPayload.newBuilder().setActionType(type).setStateChanged(true));
    return encoded(
        event,
        "action_result",
        "\"index_in_turn\":0,\"action_type\":\"" + type + "\",\"state_changed\":true");
  }

  private static BenchEvent prompt(Random random, int number) {
    String text = words(random, around(random, 460));
    Event.Builder event = header(random, number);
    event.setLlmPrompt(LlmPromptPayload.newBuilder().setStateSummary(text));
    return encoded(event, "llm_prompt", "\"state_summary\":\"" + text + '"');
  }

  private static BenchEvent response(Random random, int number) {
    String text = words(random, around(random, 1080));
    Event.Builder event = header(random, number);
    event.setLlmResponse(LlmResponsePayload.newBuilder().setReasoning(text).setCostUsd(0.25));
    return encoded(
        event, "llm_response", "\"actions\":[],\"reasoning\":\"" + text + "\",\"cost_usd\":0.25");
  }

  private static Event.Builder header(Random random, int number) {
    return Event.newBuilder()
        .setAgentId("agent-" + random.nextInt(AGENTS))
        .setT(number / EVENTS_PER_TURN)
        .setTs(Timestamps.fromMicros(FIRST_TS_MICROS + number * 1000L))
        .setSchemaVersion(1);
  }

  private static BenchEvent encoded(Event.Builder built, String kind, String fields) {
    return encoded(
        built.build(), kind, ("{\"kind\":\"" + kind + "\"," + fields + '}').getBytes(UTF_8));
  }

  /** An event that was made elsewhere. */
  public static BenchEvent encoded(Event event, String kind, byte[] json) {
    return new BenchEvent(
        event,
        event.toByteArray(),
        kind,
        event.getAgentId(),
        event.getT(),
        Timestamps.toMicros(event.getTs()),
        event.getSchemaVersion(),
        json);
  }

  private static int around(Random random, int mean) {
    return mean * 3 / 4 + random.nextInt(mean / 2);
  }

  private static String words(Random random, int chars) {
    StringBuilder text = new StringBuilder(chars + 12);
    while (text.length() < chars) {
      int letters = 3 + random.nextInt(8);
      for (int i = 0; i < letters; i++) {
        text.append((char) ('a' + random.nextInt(26)));
      }
      text.append(' ');
    }
    return text.toString().trim();
  }
}
