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
 * The events, made from a fixed seed and used over and over: of a mean of 370 bytes of JSON, 60 % of
 * about 120 bytes (results of actions, and metrics with a name of about a sixth of that), 25 % of
 * about 500 (prompts), 15 % of about 1,150 (responses), of random words, which hardly compress.
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
  static Workload of(List<BenchEvent> given) {
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
  double meanJsonBytes() {
    return events.stream().mapToInt(event -> event.json().length).average().orElseThrow();
  }

  private static BenchEvent event(Random random, int number) {
    String agent = "agent-" + random.nextInt(AGENTS);
    int t = number / EVENTS_PER_TURN;
    long ts = FIRST_TS_MICROS + number * 1000L;
    Event.Builder event =
        Event.newBuilder().setAgentId(agent).setT(t).setTs(Timestamps.fromMicros(ts));
    event.setSchemaVersion(1);
    int share = random.nextInt(100);
    String kind;
    String json;
    if (share < 10) {
      String name = "score-" + random.nextInt(METRIC_NAMES);
      double value = random.nextInt(1_000_000) / 1000.0;
      kind = "metric";
      json = "{\"kind\":\"metric\",\"name\":\"" + name + "\",\"value\":" + value + "}";
      event.setMetric(MetricPayload.newBuilder().setName(name).setValue(value));
    } else if (share < 60) {
      kind = "action_result";
      String type = words(random, around(random, 50));
      json =
          "{\"kind\":\"action_result\",\"index_in_turn\":0,\"action_type\":\""
              + type
              + "\",\"state_changed\":true}";
      event.setActionResult(
          ActionResultPayload.newBuilder().setActionType(type).setStateChanged(true));
    } else if (share < 85) {
      kind = "llm_prompt";
      String text = words(random, around(random, 460));
      json = "{\"kind\":\"llm_prompt\",\"state_summary\":\"" + text + "\"}";
      event.setLlmPrompt(LlmPromptPayload.newBuilder().setStateSummary(text));
    } else {
      kind = "llm_response";
      String text = words(random, around(random, 1080));
      json =
          "{\"kind\":\"llm_response\",\"actions\":[],\"reasoning\":\""
              + text
              + "\",\"cost_usd\":0.25}";
      event.setLlmResponse(LlmResponsePayload.newBuilder().setReasoning(text).setCostUsd(0.25));
    }
    return new BenchEvent(event.build(), kind, agent, t, ts, 1, json.getBytes(UTF_8));
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
