package dev.eider.cli;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Timestamp;
import dev.eider.v1.Event;
import dev.eider.v1.EventEnvelope;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
final class RecordedGameTest {
  private static final Event FIRST = Event.newBuilder().setAgentId("ada").setT(0).build();
  private static final Event SECOND = Event.newBuilder().setAgentId("bo").setT(1).build();
  private static final List<Event> PUBLISHED = List.of(FIRST, SECOND);

  @Test
  void shouldAcceptWhatTheDaemonFillsInAndWrites() {
    Event fork = Event.newBuilder().setT(7).build();

    RecordedGame.requireSame(
        PUBLISHED, List.of(arrived(1, fork), arrived(2, FIRST), arrived(3, SECOND)), 1);
  }

  @Test
  void shouldNoticeWhatIsLostRepeatedReorderedOrChanged() {
    refuses(List.of(arrived(1, FIRST)), "the run holds 2 events, the subscriber got 1");
    refuses(
        List.of(arrived(1, FIRST), arrived(2, SECOND), arrived(2, SECOND)),
        "the run holds 2 events, the subscriber got 3");
    refuses(List.of(arrived(2, SECOND), arrived(1, FIRST)), "seq 1 arrived as seq 2");
    refuses(
        List.of(arrived(1, SECOND), arrived(2, FIRST)), "seq 1 did not arrive as it was published");
  }

  private static void refuses(List<EventEnvelope> arrived, String message) {
    assertThatThrownBy(() -> RecordedGame.requireSame(PUBLISHED, arrived, 0))
        .isInstanceOf(CliFailure.class)
        .hasMessage(message);
  }

  private static EventEnvelope arrived(long seq, Event event) {
    Event filledIn =
        event.toBuilder().setTs(Timestamp.newBuilder().setSeconds(1)).setSchemaVersion(1).build();
    return EventEnvelope.newBuilder().setSeq(seq).setEvent(filledIn).build();
  }
}
