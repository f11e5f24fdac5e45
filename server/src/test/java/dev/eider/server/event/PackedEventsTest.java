package dev.eider.server.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.v1.Event;
import dev.eider.v1.EventBatch;
import dev.eider.v1.MetricPayload;
import dev.eider.v1.TurnStartPayload;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PackedEventsTest {
  private static final RunId RUN = new RunId("game-1");

  @Test
  void shouldWriteWhatProtobufWrites() throws IOException {
    // given
    List<SequencedEvent> events = events();
    EventBatch.Builder batch = EventBatch.newBuilder();
    events.forEach(event -> batch.addEnvelopes(event.parse()));

    // when
    PackedEvents packed = PackedEvents.of(events);

    // then
    assertThat(encoded(packed)).isEqualTo(batch.build().toByteArray());
    assertThat(packed.encodedSize()).isEqualTo(encoded(packed).length);
  }

  @Test
  void shouldGiveBackWhatWasPacked() {
    List<SequencedEvent> events = events();
    PackedEvents packed = PackedEvents.of(events);
    assertThat(packed).usingRecursiveFieldByFieldElementComparator().isEqualTo(events);
    for (int i = 0; i < events.size(); i++) {
      assertThat(packed.seq(i)).isEqualTo(events.get(i).seq());
    }
  }

  @Test
  void shouldGiveAnyPart() throws IOException {
    List<SequencedEvent> events = events();
    PackedEvents packed = PackedEvents.of(events);
    for (int from = 0; from <= events.size(); from++) {
      for (int until = from; until <= events.size(); until++) {
        PackedEvents part = packed.part(from, until);
        PackedEvents expected = PackedEvents.of(events.subList(from, until));
        assertThat(encoded(part)).isEqualTo(encoded(expected));
        assertThat(part).usingRecursiveFieldByFieldElementComparator().isEqualTo(expected);
        assertThat(packed.encodedSize(from, until)).isEqualTo(expected.encodedSize());
      }
    }
  }

  @Test
  void shouldPackTheSameInAnyOrder() throws IOException {
    // given
    List<SequencedEvent> events = events();
    long[] seqs = events.stream().mapToLong(SequencedEvent::seq).toArray();
    int[] sizes = events.stream().mapToInt(event -> event.eventBytes().length).toArray();
    PackedEvents.Packing packing = new PackedEvents.Packing(RUN, seqs, sizes);

    // when
    for (int i = events.size() - 1; i >= 0; i--) {
      System.arraycopy(events.get(i).eventBytes(), 0, packing.target(), packing.begin(i), sizes[i]);
    }

    // then
    assertThat(encoded(packing.events())).isEqualTo(encoded(PackedEvents.of(events)));
  }

  private static byte[] encoded(PackedEvents events) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    events.writeTo(out);
    return out.toByteArray();
  }

  /** With sizes and seqs on both sides of where a number takes another byte. */
  private static List<SequencedEvent> events() {
    List<SequencedEvent> events = new ArrayList<>();
    long seq = 1;
    for (int size :
        new int[] {0, 1, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100, 127, 128, 20_000}) {
      Event event =
          size == 0
              ? Event.newBuilder().setTurnStart(TurnStartPayload.getDefaultInstance()).build()
              : Event.newBuilder()
                  .setAgentId("red")
                  .setT(size)
                  .setMetric(MetricPayload.newBuilder().setName("x".repeat(size)))
                  .build();
      events.add(SequencedEvent.of(RUN, seq, event.toByteArray()));
      seq = seq * 5 + 1;
    }
    return events;
  }
}
