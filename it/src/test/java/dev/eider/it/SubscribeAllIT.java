package dev.eider.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import dev.eider.v1.EventFilter;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.SubscribeAllRequest;
import dev.eider.v1.SubscribeAllResponse.ResponseCase;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** SubscribeAll on the wire: one order for all readers, live, later and after any token. */
@Timeout(240)
class SubscribeAllIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  @RegisterExtension
  static final DaemonExtension EXTENSION =
      new DaemonExtension()
          .set("grace-ms", 300)
          .set("tail-bytes-max", 64 << 10)
          .set("segment-bytes-max", 256 << 10)
          .set("checkpoint-bytes", 512 << 10)
          .set("persist-batch-events-max", 1_000)
          .set("heartbeat-ms", 200)
          .set("subscribe-all-max", 20);

  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);

  @Test
  void shouldGiveAllReadersOneOrder() {
    // given a reader that is there, one that does not read, and what others left
    SubscribeAllRequest inSmallParts =
        LogReader.request(ByteString.EMPTY).toBuilder().setMaxBatch(3).build();
    LogReader live = LogReader.open(daemon.channel(), inSmallParts);
    LogReader slow = LogReader.stalled(daemon.channel());
    live.await(ResponseCase.CAUGHT_UP, SOON);
    int before = live.eventCount();

    // when several publishers write to several runs
    publishSideBySide("order", 4, 100);
    int expected = before + 4 * 100 * 5;
    live.awaitEvents(expected, SOON);
    slow.readOn();
    slow.awaitEvents(expected, SOON);
    List<LogReader.Mark> marks = List.copyOf(live.marks());
    LogChecker order = live.leave();

    // then all have the same order, and each run's bytes
    slow.leave().shouldEqual(order);
    runs.awaitReaped(SOON);
    shouldReadTheSame(order, marks);
    for (String runId : order.runIds()) {
      ColdRead.of(daemon.channel(), runId).checker().shouldEqual(order.run(runId));
    }

    // and the same after a restart, clean or not
    daemon.kill9();
    daemon.restart();
    shouldReadTheSame(order, marks);
  }

  private void shouldReadTheSame(LogChecker order, List<LogReader.Mark> marks) {
    try (LogReader again = LogReader.fromStart(daemon.channel())) {
      again.awaitEvents(order.eventCount(), SOON);
      again.leave().shouldEqual(order);
    }
    Random random = Seed.random(SubscribeAllIT.class);
    for (int i = 0; i < 8; i++) {
      LogReader.Mark mark = marks.get(random.nextInt(marks.size()));
      try (LogReader rest = LogReader.after(daemon.channel(), mark.token())) {
        rest.awaitEvents(order.eventCount() - mark.eventsSoFar(), SOON);
        rest.await(ResponseCase.CAUGHT_UP, SOON);
        rest.leave().shouldBeTheRestOf(order, mark.eventsSoFar());
      }
    }
  }

  private void publishSideBySide(String name, int publishers, int requests) {
    Workers.forEach(
        IntStream.range(0, publishers).mapToObj(p -> name + "-" + p).toList(),
        publishers,
        SOON,
        own -> {
          for (int i = 0; i < requests; i++) {
            runs.publish(i % 3 == 0 ? name + "-shared" : own, Events.metrics(5, i));
          }
          runs.close(own);
        });
  }

  @Test
  void shouldSendWhatIsSelectedLiveAndLater() {
    // given
    runs.open("sel-gold", Map.of("arena", "sel", "metal", "gold"));
    runs.open("sel-silver", Map.of("arena", "sel", "metal", "silver"));
    SubscribeAllRequest gold =
        LogReader.request(ByteString.EMPTY).toBuilder()
            .putRunLabels("arena", "sel")
            .putRunLabels("metal", "gold")
            .build();
    SubscribeAllRequest narrow =
        LogReader.request(ByteString.EMPTY).toBuilder()
            .putRunLabels("arena", "sel")
            .setFilter(
                EventFilter.newBuilder()
                    .addKinds("metric")
                    .addAgentIds("ada")
                    .setTMin(3)
                    .setTMax(5))
            .build();
    LogReader liveGold = LogReader.open(daemon.channel(), gold);
    LogReader liveNarrow = LogReader.open(daemon.channel(), narrow);

    // when
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      String runId = i % 2 == 0 ? "sel-gold" : "sel-silver";
      String agent = i % 3 == 0 ? "ada" : "bob";
      boolean isMetric = i % 5 > 0;
      runs.publish(
          runId, isMetric ? Events.metric(agent, i % 8, "n", i) : Events.turnStart(agent, i % 8));
      if (isMetric && agent.equals("ada") && i % 8 >= 3 && i % 8 <= 5) {
        expected.add(runId + " " + (i / 2 + 1));
      }
    }

    // then
    liveGold.awaitEvents(30, SOON);
    liveNarrow.awaitEvents(expected.size(), SOON);
    LogChecker goldOrder = liveGold.leave();
    assertThat(goldOrder.runIds()).containsExactly("sel-gold");
    LogChecker narrowOrder = liveNarrow.leave();
    assertThat(narrowOrder.places()).isEqualTo(expected).isNotEmpty();

    // and the same from DuckDB
    runs.close("sel-gold");
    runs.close("sel-silver");
    runs.awaitReaped(SOON);
    try (LogReader cold = LogReader.open(daemon.channel(), narrow)) {
      cold.await(ResponseCase.CAUGHT_UP, SOON);
      cold.leave().shouldEqual(narrowOrder);
    }
    try (LogReader cold = LogReader.open(daemon.channel(), gold)) {
      cold.await(ResponseCase.CAUGHT_UP, SOON);
      cold.leave().shouldEqual(goldOrder);
    }
  }

  @Test
  void shouldMoveOnAndStayAliveWithoutAMatch() {
    SubscribeAllRequest nothing =
        LogReader.request(ByteString.EMPTY).toBuilder().putRunLabels("nobody", "has").build();
    try (LogReader reader = LogReader.open(daemon.channel(), nothing)) {
      reader.await(ResponseCase.CAUGHT_UP, SOON);
      reader.await(ResponseCase.HEARTBEAT, SOON);
      int before = reader.marks().size();
      runs.publish("unmatched", Events.metrics(2_000, 0));
      LogReader.Mark moved = reader.await(ResponseCase.PROGRESS, before, SOON);
      try (LogReader rest = LogReader.after(daemon.channel(), moved.token())) {
        rest.await(ResponseCase.CAUGHT_UP, SOON);
        assertThat(rest.leave().runIds()).doesNotContain("unmatched");
      }
      assertThat(reader.eventCount()).isZero();
    }
  }

  @Test
  void shouldSendAForkAfterTheTurnItWasForkedAt() {
    try (LogReader reader = LogReader.fromStart(daemon.channel())) {
      runs.publish("tree", Events.turnStart("ada", 0, Events.gold(100)));
      daemon
          .broker()
          .fork(
              ForkRequest.newBuilder()
                  .setParentRunId("tree")
                  .setRunId("tree-b")
                  .setMergePatch(Struct.newBuilder().putFields("gold", Events.number(5)).build())
                  .build());
      runs.publish("tree-b", Events.metrics(1, 0));
      runs.publish("tree", Events.metrics(1, 0));
      List<String> wanted = List.of("tree 1", "tree-b 1", "tree-b 2", "tree-b 3", "tree 2");
      Awaitility.await("the tree").atMost(SOON).until(() -> reader.hasSeen("tree 2"));
      assertThat(reader.leave().places().stream().filter(wanted::contains).toList())
          .isEqualTo(wanted);
    }
  }

  @Test
  void shouldKeepToTheBatchSizeAskedFor() {
    runs.publish("batched", Events.metrics(100, 0));
    SubscribeAllRequest request =
        LogReader.request(ByteString.EMPTY).toBuilder().setMaxBatch(7).build();
    try (LogReader reader = LogReader.open(daemon.channel(), request)) {
      reader.await(ResponseCase.CAUGHT_UP, SOON);
      assertThat(reader.marks()).allMatch(mark -> mark.events() <= 7);
      assertThat(reader.eventCount()).isGreaterThanOrEqualTo(100);
    }
  }

  @Test
  void shouldRefuseATokenThatItCannotHaveGiven() {
    runs.publish("tokens", Events.metrics(3, 0));
    try (LogReader reader = LogReader.fromStart(daemon.channel())) {
      ByteString token = reader.await(ResponseCase.CAUGHT_UP, SOON).token();
      byte[] changed = token.toByteArray();
      changed[changed.length / 2] ^= 1;
      for (ByteString bad :
          List.of(
              ByteString.copyFromUtf8("garbage"),
              ByteString.copyFrom(new byte[64]),
              token.substring(1),
              ByteString.copyFrom(changed))) {
        try (LogReader refused = LogReader.after(daemon.channel(), bad)) {
          Refusal refusal = refused.awaitRefusal(SOON);
          refusal.shouldBe(Status.Code.INVALID_ARGUMENT, "INVALID_RESUME_TOKEN");
          assertThat(refusal.fields()).containsExactly("resume_token");
        }
      }
    }
  }

  @Test
  void shouldRefuseMoreStreamsThanItMayHave() {
    List<LogReader> readers =
        IntStream.range(0, 21).mapToObj(i -> LogReader.stalled(daemon.channel())).toList();
    try {
      readers.forEach(LogReader::readOn);
      Refusal refusal = readers.get(20).awaitRefusal(SOON);
      refusal.shouldBe(Status.Code.RESOURCE_EXHAUSTED, "OVERLOADED");
      assertThat(refusal.metadata()).containsEntry("limit", "20");
    } finally {
      readers.forEach(LogReader::close);
    }
  }
}
