package dev.eider.server.read.diff;

import static dev.eider.server.run.Samples.RUN;
import static dev.eider.server.sequencer.Commands.publish;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.RunId;
import dev.eider.server.read.ReaderRig;
import dev.eider.server.read.TestSink;
import dev.eider.v1.DiffRunsResponse;
import dev.eider.v1.DiffRunsResponse.DiffSummary;
import dev.eider.v1.ErrorReason;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class RunDiffTest {
  private static final long PLENTY = 64 << 20;
  private static final RunId OTHER = new RunId("other");

  @TempDir private Path directory;
  private final TestSink<DiffRunsResponse> sink = new TestSink<>();

  @Test
  void shouldBoundThemAndGiveThePlaceBack() throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, PLENTY)) {
      // given as many as may be, whose callers do not read
      rig.broker.apply(publish(RUN, 3));
      sink.setReady(false);
      RunDiff first = new RunDiff(request(RUN, RUN), sink.ofNotices(), rig.readers());
      RunDiff second = new RunDiff(request(RUN, OTHER), sink.ofNotices(), rig.readers());
      first.start();

      // then
      assertThatThrownBy(() -> new RunDiff(request(RUN, RUN), sink.ofNotices(), rig.readers()))
          .isInstanceOf(BrokerException.class)
          .hasMessageContaining("limit of 2 open comparisons");

      // when one caller leaves, and the other asks for a run that is not there
      first.cancel();
      second.start();
      await().until(() -> sink.refusal() != null);

      // then
      assertThat(sink.refusal().reason()).isEqualTo(ErrorReason.ERROR_REASON_RUN_NOT_FOUND);
      assertThat(rig.registry.count()).isZero();
      sink.setReady(true);
      diff(rig, RUN, RUN);
      assertThat(summary().getEqual()).isTrue();
    }
  }

  private void diff(ReaderRig rig, RunId left, RunId right) {
    new RunDiff(request(left, right), sink.ofNotices(), rig.readers()).start();
    await().until(sink::isComplete);
  }

  private static RunDiff.Request request(RunId left, RunId right) {
    return new RunDiff.Request(left, right, false, EventMatcher.ALL);
  }

  private DiffSummary summary() {
    return sink.notices().get(sink.notices().size() - 1).getSummary();
  }
}
