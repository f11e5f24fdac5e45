package dev.eider.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each request that breaks a rule is refused with its code, its reason, the field at fault and the
 * number of the limit; a reader and a publisher on the same connection do not notice.
 */
@Timeout(60)
class BadInputIT {
  private static final Duration SOON = Duration.ofSeconds(20);

  @RegisterExtension static final DaemonExtension EXTENSION = DaemonExtension.shared();

  private static RunReader innocentReader;
  private static long published;

  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);

  @BeforeAll
  static void startInnocents() {
    Daemon daemon = EXTENSION.daemon();
    RunCalls runs = new RunCalls(daemon);
    runs.publish("innocent", Events.metrics(1, 0));
    runs.publish("closed", Events.metrics(3, 0));
    runs.close("closed");
    published = 1;
    innocentReader = RunReader.fromStart(daemon.channel(), "innocent");
  }

  static Stream<BadInput> inputs() {
    return Stream.of(BadPublishes.all(), BadRequests.all()).flatMap(List::stream);
  }

  @ParameterizedTest
  @MethodSource("inputs")
  void shouldRefuseAndTouchNobodyElse(BadInput input) {
    Refusal refusal = Refusal.of(() -> input.call().accept(daemon));

    refusal.shouldBe(input.code(), input.reason());
    if (input.code() == Status.Code.INVALID_ARGUMENT && !input.field().isEmpty()) {
      assertThat(refusal.fields()).as("fields of %s", refusal).contains(input.field());
    }
    for (String fact : input.facts()) {
      assertThat(refusal.message() + refusal.metadata()).as("the number").contains(fact);
    }
    runs.publish("innocent", Events.metrics(1, published));
    published++;
    innocentReader.awaitSeq(published, SOON);
  }

  @AfterAll
  static void shouldHaveLeftTheInnocentsAlone() {
    if (innocentReader == null) {
      return;
    }
    new RunCalls(EXTENSION.daemon()).close("innocent");
    innocentReader.awaitRunClosed(SOON).shouldHaveAllUpTo(published);
  }
}
