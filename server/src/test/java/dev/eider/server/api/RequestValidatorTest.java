package dev.eider.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Timestamp;
import dev.eider.server.base.BrokerException;
import dev.eider.server.event.RunId;
import dev.eider.server.read.runs.RunSelection;
import dev.eider.server.run.ProducerStamp;
import dev.eider.server.run.RunPlace;
import dev.eider.server.run.Samples;
import dev.eider.server.sequencer.Command;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.EventFilter;
import dev.eider.v1.Producer;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.RunFilter;
import dev.eider.v1.RunState;
import java.time.InstantSource;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
final class RequestValidatorTest {
  private static final RequestLimits LIMITS = new RequestLimits(1_000, 3, 1 << 20, 100);
  private final PublishRequests requests = new PublishRequests(LIMITS, InstantSource.system());

  @Test
  void shouldRefuseARunId() {
    BrokerException refusal = refusal(() -> RequestValidator.runId("parent_run_id", "-a"));
    assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_RUN_ID);
    assertThat(refusal.field()).isEqualTo("parent_run_id");
    assertThat(refusal.metadata()).containsEntry("limit", "128");
    assertThat(refusal.text()).contains("it is \"-a\"");
  }

  @Test
  void shouldNotRepeatALongRunIdInFull() {
    assertThat(refusal(() -> RequestValidator.runId("run_id", "x".repeat(9_999))).text())
        .hasSizeLessThan(200)
        .contains("...");
  }

  @Test
  void shouldTurnAPublishIntoACommand() {
    // given
    PublishRequest request =
        PublishRequest.newBuilder()
            .setRunId("a")
            .addEvents(Samples.metric("ada", 1))
            .setExpectedSeq(0)
            .setProducer(Producer.newBuilder().setId("p").setEpoch(2).setSeq(7))
            .setOpenIfMissing(true)
            .setCloseRun(true)
            .build();

    // when
    Command.Publish command = requests.toCommand(request);

    // then
    assertThat(command.runId()).isEqualTo(new RunId("a"));
    assertThat(command.expectedSeq()).isZero();
    assertThat(command.producer()).isEqualTo(new ProducerStamp("p", 2, 7));
    assertThat(command.openIfMissing()).isTrue();
    assertThat(command.close()).isTrue();
    assertThat(command.events().get(0).bytes()).isEqualTo(Samples.metric("ada", 1).toByteArray());
  }

  @Test
  void shouldNeedEventsUnlessTheRunIsOpenedOrClosed() {
    PublishRequest.Builder request = PublishRequest.newBuilder().setRunId("a");
    assertThat(refusal(() -> requests.toCommand(request.build())).field()).isEqualTo("events");
    assertThat(requests.toCommand(request.clone().setCloseRun(true).build()).close()).isTrue();
    assertThat(requests.toCommand(request.clone().setOpenIfMissing(true).build()).expectedSeq())
        .isNull();
  }

  @Test
  void shouldBoundEventsAndBytes() {
    // given
    PublishRequest.Builder many = PublishRequest.newBuilder().setRunId("a");
    many.addAllEvents(Collections.nCopies(4, Samples.metric("", 0)));
    PublishRequest.Builder large = PublishRequest.newBuilder().setRunId("a");
    large.addEvents(Samples.metric("", 0).toBuilder().setAgentId("x".repeat(1_000)));

    // then
    BrokerException tooMany = refusal(() -> requests.toCommand(many.build()));
    assertThat(tooMany.reason()).isEqualTo(ErrorReason.ERROR_REASON_BATCH_TOO_LARGE);
    assertThat(tooMany.metadata()).containsEntry("limit", "3").containsEntry("actual", "4");
    BrokerException tooLarge = refusal(() -> requests.toCommand(large.build()));
    assertThat(tooLarge.reason()).isEqualTo(ErrorReason.ERROR_REASON_BATCH_TOO_LARGE);
    assertThat(tooLarge.metadata()).containsEntry("limit", "1000");
  }

  @Test
  void shouldNameTheProducersField() {
    Producer.Builder producer = Producer.newBuilder().setId("p").setSeq(1);
    assertThat(producerField(producer.clone().setId(""))).isEqualTo("producer.id");
    assertThat(producerField(producer.clone().setId("a b"))).isEqualTo("producer.id");
    assertThat(producerField(producer.clone().setEpoch(-1))).isEqualTo("producer.epoch");
    assertThat(producerField(producer.clone().setSeq(0))).isEqualTo("producer.seq");
  }

  @Test
  void shouldBoundLabels() {
    // given
    Map<String, String> many = new HashMap<>();
    for (int i = 0; i < 65; i++) {
      many.put("k" + i, "");
    }

    // then
    assertThat(refusal(() -> RequestValidator.labels(many)).field()).isEqualTo("labels");
    assertThat(refusal(() -> RequestValidator.labels(Map.of("", "x"))).field())
        .isEqualTo("labels[\"\"]");
    assertThat(refusal(() -> RequestValidator.labels(Map.of("k".repeat(129), ""))).text())
        .contains("1-128");
    assertThat(refusal(() -> RequestValidator.labels(Map.of("k", "x".repeat(1_025)))).field())
        .isEqualTo("labels[\"k\"]");
    RequestValidator.labels(Map.of("k".repeat(128), "x".repeat(1_024)));

    // and a character is one, whatever it takes
    String die = "\ud83c\udfb2";
    RequestValidator.labels(Map.of(die.repeat(128), die.repeat(1_024)));
    assertThat(refusal(() -> RequestValidator.labels(Map.of("k", die.repeat(1_025)))).text())
        .contains("at most 1024 characters")
        .contains("it has 1025");
    assertThat(refusal(() -> RequestValidator.labels(Map.of(die.repeat(129), ""))).text())
        .contains("it has 129");
  }

  @Test
  void shouldBoundTextsAndNumbers() {
    assertThat(refusal(() -> RequestValidator.requestId("x".repeat(129))).field())
        .isEqualTo("request_id");
    assertThat(refusal(() -> RequestValidator.text("reason", "x".repeat(16_385))).field())
        .isEqualTo("reason");
    assertThat(refusal(() -> RequestValidator.inRange("page_size", 1_001, 0, 1_000)).text())
        .isEqualTo("page_size: must be from 0 to 1000; it is 1001");
    assertThat(refusal(() -> RequestValidator.atLeast("after_seq", -1, 0)).text())
        .isEqualTo("after_seq: must be at least 0; it is -1");
    assertThat(RequestValidator.inRange("page_size", 1_000, 0, 1_000)).isEqualTo(1_000);
  }

  @Test
  void shouldCheckEventFilters() {
    EventFilter wrongKind = EventFilter.newBuilder().addKinds("metric").addKinds("metrics").build();
    EventFilter manyAgents =
        EventFilter.newBuilder().addAllAgentIds(Collections.nCopies(1_001, "a")).build();
    assertThat(refusal(() -> RequestValidator.filter(wrongKind)).field())
        .isEqualTo("filter.kinds[1]");
    assertThat(refusal(() -> RequestValidator.filter(manyAgents)).field())
        .isEqualTo("filter.agent_ids");
    assertThat(RequestValidator.filter(EventFilter.getDefaultInstance()).matchesAll()).isTrue();
  }

  @Test
  void shouldCheckRunFilters() {
    // given
    RunFilter filter =
        RunFilter.newBuilder()
            .setState(RunState.RUN_STATE_CLOSED)
            .putLabels("a", "1")
            .setParentRunId("p")
            .setRootRunId("r")
            .setCreatedFrom(Timestamp.newBuilder().setSeconds(1).setNanos(2_000))
            .build();

    // then
    assertThat(RequestValidator.selection(filter))
        .isEqualTo(
            new RunSelection(
                false,
                Map.of("a", "1"),
                new RunId("p"),
                new RunId("r"),
                1_000_002,
                Long.MAX_VALUE));
    assertThat(RequestValidator.selection(RunFilter.getDefaultInstance()).open()).isNull();
    RunFilter.Builder bad = RunFilter.newBuilder();
    assertThat(selectionField(bad.clone().setStateValue(9))).isEqualTo("filter.state");
    assertThat(selectionField(bad.clone().setParentRunId("/"))).isEqualTo("filter.parent_run_id");
    assertThat(selectionField(bad.clone().setRootRunId("/"))).isEqualTo("filter.root_run_id");
    assertThat(selectionField(bad.clone().setCreatedUntil(Timestamp.newBuilder().setNanos(-1))))
        .isEqualTo("filter.created_until");
  }

  @Test
  void shouldBringBackAPageToken() {
    RunPlace place = new RunPlace(-5, new RunId("a.b-c_d"));
    assertThat(PageToken.parse(new PageToken(place).text()).place()).isEqualTo(place);
    assertThat(new PageToken(null).text()).isEmpty();
    assertThat(PageToken.parse("").place()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "YQ", "MS8", "L2E", "MS8vYQ", "eC9h", "MS9h/w"})
  void shouldRefuseAPageTokenOfSomebodyElse(String token) {
    BrokerException refusal = refusal(() -> PageToken.parse(token));
    assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_REQUEST);
    assertThat(refusal.field()).isEqualTo("page_token");
  }

  private static String producerField(Producer.Builder producer) {
    return String.valueOf(refusal(() -> RequestValidator.producer(producer.build())).field());
  }

  private static String selectionField(RunFilter.Builder filter) {
    return String.valueOf(refusal(() -> RequestValidator.selection(filter.build())).field());
  }

  private static BrokerException refusal(Runnable check) {
    return catchThrowableOfType(BrokerException.class, check::run);
  }
}
