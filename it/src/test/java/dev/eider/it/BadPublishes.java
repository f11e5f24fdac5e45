package dev.eider.it;

import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import dev.eider.v1.Event;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.WorldStateSnapshot;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

/** Publishes that break a rule of event.proto or broker_service.proto. */
final class BadPublishes {
  private static final Event GOOD = Events.metric("ada", 0, "n", 1);

  private BadPublishes() {}

  static List<BadInput> all() {
    List<BadInput> all = new ArrayList<>(badRunIds());
    all.addAll(badEvents());
    all.addAll(badNumbers());
    all.addAll(tooMuch());
    all.addAll(wrongState());
    return all;
  }

  private static List<BadInput> badRunIds() {
    String reason = "INVALID_RUN_ID";
    return List.of(
        BadInput.invalid("empty run_id", publish("", GOOD), reason, "run_id"),
        BadInput.invalid("run_id with a slash", publish("a/b", GOOD), reason, "run_id"),
        BadInput.invalid("run_id with a leading dot", publish(".a", GOOD), reason, "run_id"),
        BadInput.invalid("run_id with a leading dash", publish("-a", GOOD), reason, "run_id"),
        BadInput.invalid("run_id beyond ASCII", publish("spiel-ü", GOOD), reason, "run_id"),
        BadInput.invalid(
            "run_id of 129 characters", publish("a".repeat(129), GOOD), reason, "run_id", "128"));
  }

  private static List<BadInput> badEvents() {
    Event.Builder noPayload = Event.newBuilder().setAgentId("ada");
    Event.Builder badTs = GOOD.toBuilder().setTs(Timestamp.newBuilder().setNanos(-5));
    Event.Builder longMediaType =
        Events.turnStart(
            "ada",
            0,
            WorldStateSnapshot.newBuilder()
                .setOpaque(ByteString.EMPTY)
                .setMediaType("m".repeat(257))
                .build())
            .toBuilder();
    return List.of(
        badEvent("negative t", GOOD.toBuilder().setT(-1), "events[2].t"),
        badEvent("no payload", noPayload, "events[2].payload"),
        badEvent("agent_id with a space", GOOD.toBuilder().setAgentId("a b"), "events[2].agent_id"),
        badEvent(
            "agent_id of 129 characters",
            GOOD.toBuilder().setAgentId("a".repeat(129)),
            "events[2].agent_id",
            "128"),
        badEvent("a time that is none", badTs, "events[2].ts"),
        badEvent("metric without a name", metric("", 1), "events[2].metric.name"),
        badEvent(
            "media type of 257 characters",
            longMediaType,
            "events[2].turn_start.snapshot.media_type",
            "256"));
  }

  private static List<BadInput> badNumbers() {
    Event.Builder cost = Event.newBuilder();
    cost.getLlmResponseBuilder().setCostUsd(Double.POSITIVE_INFINITY);
    Event.Builder turnNum = Event.newBuilder();
    turnNum.getTurnStartBuilder().setTurnNum(-1);
    Event.Builder entities = Event.newBuilder();
    entities.getObservationBuilder().setEntityCount(-1);
    Event.Builder index = Event.newBuilder();
    index.getActionBuilder().setIndexInTurn(-1);
    Event.Builder resultIndex = Event.newBuilder();
    resultIndex.getActionResultBuilder().setIndexInTurn(-1);
    Struct notANumber = Struct.newBuilder().putFields("x", Events.number(Double.NaN)).build();
    return List.of(
        badEvent("metric that is not a number", metric("n", Double.NaN), "events[2].metric.value"),
        badEvent("infinite cost", cost, "events[2].llm_response.cost_usd"),
        badEvent("negative turn_num", turnNum, "events[2].turn_start.turn_num"),
        badEvent("negative entity_count", entities, "events[2].observation.entity_count"),
        badEvent("negative index of an action", index, "events[2].action.index_in_turn"),
        badEvent(
            "negative index of a result", resultIndex, "events[2].action_result.index_in_turn"),
        badEvent(
            "attribute that is not a number",
            GOOD.toBuilder().setAttributes(notANumber),
            "events[2].attributes"));
  }

  private static List<BadInput> tooMuch() {
    Event halfMib = Events.prompt(0, "x".repeat(512 << 10));
    return List.of(
        BadInput.invalid(
            "10,001 events",
            publish(of("innocent").addAllEvents(Collections.nCopies(10_001, GOOD))),
            "BATCH_TOO_LARGE",
            "",
            "10000",
            "10001"),
        BadInput.invalid(
            "more than 16 MiB",
            publish(of("innocent").addAllEvents(Collections.nCopies(33, halfMib))),
            "BATCH_TOO_LARGE",
            "",
            String.valueOf(16 << 20)),
        BadInput.invalid("no events at all", publish(of("innocent")), "INVALID_REQUEST", "events"));
  }

  private static List<BadInput> wrongState() {
    PublishRequest.Builder closed = of("closed").addEvents(GOOD);
    return List.of(
        BadInput.refused(
            "a run that is not there",
            publish(of("nowhere").addEvents(GOOD)),
            Status.Code.NOT_FOUND,
            "RUN_NOT_FOUND"),
        BadInput.refused(
            "a run that is closed",
            publish(closed),
            Status.Code.FAILED_PRECONDITION,
            "RUN_CLOSED",
            "head_seq=3",
            "outcome"),
        BadInput.refused(
            "a head that is not the head",
            publish(of("innocent").addEvents(GOOD).setExpectedSeq(999_999)),
            Status.Code.FAILED_PRECONDITION,
            "SEQ_MISMATCH",
            "expected=999999",
            "actual"),
        BadInput.invalid(
            "producer without an id",
            publish(producing("", 0, 1)),
            "INVALID_REQUEST",
            "producer.id"),
        BadInput.invalid(
            "producer with a negative epoch",
            publish(producing("p", -1, 1)),
            "INVALID_REQUEST",
            "producer.epoch"),
        BadInput.invalid(
            "producer that counts from 0",
            publish(producing("p", 0, 0)),
            "INVALID_REQUEST",
            "producer.seq"));
  }

  /** A good event, another good one, and the bad one: nothing of them may be stored. */
  private static BadInput badEvent(String name, Event.Builder bad, String field, String... facts) {
    PublishRequest.Builder request = of("innocent").addEvents(GOOD).addEvents(GOOD).addEvents(bad);
    return BadInput.invalid(name, publish(request), "INVALID_EVENT", field, facts);
  }

  private static Event.Builder metric(String name, double value) {
    return Events.metric("ada", 0, name, value).toBuilder();
  }

  private static PublishRequest.Builder producing(String id, long epoch, long seq) {
    PublishRequest.Builder request = of("innocent").addEvents(GOOD);
    request.getProducerBuilder().setId(id).setEpoch(epoch).setSeq(seq);
    return request;
  }

  private static PublishRequest.Builder of(String runId) {
    return PublishRequest.newBuilder().setRunId(runId);
  }

  private static Consumer<Daemon> publish(String runId, Event event) {
    return publish(of(runId).setOpenIfMissing(true).addEvents(event));
  }

  private static Consumer<Daemon> publish(PublishRequest.Builder request) {
    return daemon -> daemon.broker().publish(request.build());
  }
}
