package dev.eider.server.event;

import static dev.eider.server.run.Samples.RUN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.RunView;
import dev.eider.server.run.Samples;
import dev.eider.v1.Event;
import dev.eider.v1.EventEnvelope;
import dev.eider.v1.Run;
import dev.eider.v1.RunState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
final class SequencedEventTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 127, 128, 1L << 40, Long.MAX_VALUE})
  void shouldHoldTheBytesOfTheRealEnvelope(long seq) {
    // given
    Event event = Samples.turnStart(3);
    EventEnvelope real =
        EventEnvelope.newBuilder().setRunId(RUN.value()).setSeq(seq).setEvent(event).build();

    // when
    SequencedEvent sequenced =
        SequencedEvent.of(RUN, seq, EventKind.TURN_START, "", 3, event.toByteArray());

    // then
    assertThat(sequenced.envelope()).isEqualTo(real.toByteArray());
    assertThat(sequenced.parse()).isEqualTo(real);
  }

  @Test
  void shouldNameEveryKindOfPayload() {
    assertThat(EncodedEvent.of(Samples.metric("ada", 1)).kind()).isEqualTo("metric");
    assertThat(EncodedEvent.decode(Samples.turnStart(1).toByteArray()).kind())
        .isEqualTo("turn_start");
    assertThat(EventKind.ALL).hasSize(Event.PayloadCase.values().length);
    for (Event.PayloadCase payload : Event.PayloadCase.values()) {
      if (payload != Event.PayloadCase.PAYLOAD_NOT_SET) {
        assertThat(EventKind.ALL)
            .contains(Event.getDescriptor().findFieldByNumber(payload.getNumber()).getName());
      }
    }
  }

  @Test
  void shouldShowARunToClients() {
    // given
    FoldedRun folded =
        Samples.fold(
            Samples.opening(RUN),
            Samples.publishing(RUN, 1, null, Samples.metrics(3)),
            Samples.closing(RUN));

    // when
    Run view = RunView.of(folded, 2);

    // then
    assertThat(view.getState()).isEqualTo(RunState.RUN_STATE_CLOSED);
    assertThat(view.getHeadSeq()).isEqualTo(3);
    assertThat(view.getEventCount()).isEqualTo(3);
    assertThat(view.getPersistedSeq()).isEqualTo(2);
    assertThat(view.getLastT()).isEqualTo(2);
    assertThat(view.getCreateTime()).isEqualTo(RunView.timestamp(Samples.NOW_US));
    assertThat(view.getCloseTime().getNanos()).isEqualTo(2_000);
    assertThat(view.getRootRunId()).isEqualTo(RUN.value());
    assertThat(view.hasParentT()).isFalse();
    assertThat(view.getDigest().toByteArray()).isEqualTo(folded.digest());
  }

  @Test
  void shouldConvertTimesBefore1970() {
    assertThat(RunView.timestamp(-1).getSeconds()).isEqualTo(-1);
    assertThat(RunView.timestamp(-1).getNanos()).isEqualTo(999_999_000);
  }
}
