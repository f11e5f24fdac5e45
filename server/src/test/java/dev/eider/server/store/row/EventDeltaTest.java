package dev.eider.server.store.row;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.server.base.Invariants.InvariantBroken;
import dev.eider.server.store.TestEvents;
import dev.eider.v1.Event;
import dev.eider.v1.LlmPromptPayload;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EventDeltaTest {
  private static final String TEXT = "the north gate is open and the guard has left. ";

  @Test
  void shouldBeAsDocumented() {
    Event event =
        Event.newBuilder()
            .setAgentId("ada")
            .setT(7)
            .setLlmPrompt(LlmPromptPayload.newBuilder().setStateSummary("The door is locked."))
            .build();

    assertThat(HexFormat.of().formatHex(delta(event)))
        .isEqualTo("0c" + "0a03616461" + "1007" + "b20115" + "0a13" + "2613" + "00");
    assertRestored(event);
  }

  @Test
  void shouldLeaveOutTextThatTheJsonHas() {
    Event event = TestEvents.response("red", 3, TEXT.repeat(20), 0.25);

    assertThat(delta(event).length).isLessThan(100);
    assertRestored(event);
  }

  @Test
  void shouldLeaveOutTextBetweenWhatJsonEscapes() {
    Event event = TestEvents.response("red", 3, (TEXT + "\n\"" + TEXT + "\\").repeat(10), 0.25);

    assertThat(delta(event).length).isLessThan(300);
    assertRestored(event);
  }

  @Test
  void shouldStoreALargeEventAsAWholeIfItsTextIsMuchLonger() {
    Event event = TestEvents.response("red", 3, (TEXT + "\u0001\u0002\u0003").repeat(10_000), 0.25);
    byte[] encoded = event.toByteArray();

    byte[] delta = delta(event);

    assertThat(delta.length).isBetween(encoded.length, encoded.length + 5);
    assertThat(EventDelta.restore(delta, new byte[0], encoded.length)).isEqualTo(encoded);
  }

  @Test
  @Timeout(10)
  void shouldNotLookForEverForTextThatIsNotThere() {
    // Encoded twice, the last value of the field counts: none of the first texts is in the JSON,
    // and of the later ones each is looked for in all the rest.
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 200_000; i++) {
      text.append("word-").append(i).append('\n');
    }
    byte[] json = ("\"" + text.toString().replace("\n", "\",\"") + '"').getBytes(UTF_8);
    byte[] event = new byte[4 << 20];
    Arrays.fill(event, (byte) 'w');

    assertThat(EventDelta.restore(EventDelta.of(event, json), json, event.length)).isEqualTo(event);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldRestoreWhateverBytesThereAre(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      byte[] text = new byte[random.nextInt(400)];
      byte[] event = new byte[random.nextInt(400)];
      // Few different bytes, so that there is much to find.
      for (int i = 0; i < text.length; i++) {
        text[i] = (byte) (random.nextInt(40) == 0 ? '"' : 'a' + random.nextInt(2));
      }
      for (int i = 0; i < event.length; i++) {
        event[i] = (byte) ('a' + random.nextInt(2));
      }
      for (int copies = random.nextInt(4); copies > 0 && text.length > 0; copies--) {
        int from = random.nextInt(text.length);
        int length = Math.min(random.nextInt(100), Math.min(text.length - from, event.length));
        System.arraycopy(text, from, event, random.nextInt(event.length - length + 1), length);
      }

      assertThat(EventDelta.restore(EventDelta.of(event, text), text, event.length))
          .as("seed %d round %d", seed, round)
          .isEqualTo(event);
    }
  }

  @Test
  void shouldRefuseWhatDoesNotBelongTogether() {
    Event event = TestEvents.response("red", 3, TEXT.repeat(5), 0.25);
    byte[] encoded = event.toByteArray();
    byte[] json = PayloadJson.of(event, encoded.length);
    byte[] delta = EventDelta.of(encoded, json);

    assertRefused(delta, json, encoded.length - 1);
    assertRefused(delta, json, encoded.length + 1);
    assertRefused(delta, new byte[20], encoded.length);
    assertRefused(Arrays.copyOf(delta, delta.length - 1), json, encoded.length);
  }

  private static void assertRefused(byte[] delta, byte[] json, int size) {
    assertThatThrownBy(() -> EventDelta.restore(delta, json, size))
        .isInstanceOf(InvariantBroken.class);
  }

  private static byte[] delta(Event event) {
    byte[] encoded = event.toByteArray();
    return EventDelta.of(encoded, PayloadJson.of(event, encoded.length));
  }

  private static void assertRestored(Event event) {
    byte[] encoded = event.toByteArray();
    byte[] json = PayloadJson.of(event, encoded.length);
    assertThat(EventDelta.restore(EventDelta.of(encoded, json), json, encoded.length))
        .isEqualTo(encoded);
  }
}
