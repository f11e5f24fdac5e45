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
import dev.eider.v1.Producer;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.RunFilter;
import dev.eider.v1.RunState;
import java.time.InstantSource;
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
  void shouldCountTheCharactersOfLabelsAsPeopleDo() {
    String die = "\ud83c\udfb2";
    RequestValidator.labels(Map.of(die.repeat(128), die.repeat(1_024)));
    assertThat(refusal(() -> RequestValidator.labels(Map.of("k", die.repeat(1_025)))).text())
        .contains("at most 1024 characters")
        .contains("it has 1025");
    assertThat(refusal(() -> RequestValidator.labels(Map.of(die.repeat(129), ""))).text())
        .contains("it has 129");
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

  private static String selectionField(RunFilter.Builder filter) {
    return String.valueOf(refusal(() -> RequestValidator.selection(filter.build())).field());
  }

  private static BrokerException refusal(Runnable check) {
    return catchThrowableOfType(BrokerException.class, check::run);
  }
}
