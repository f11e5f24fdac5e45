package dev.eider.server.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import dev.eider.server.run.Samples;
import dev.eider.v1.ActionPayload;
import dev.eider.v1.Event;
import dev.eider.v1.LlmResponsePayload;
import dev.eider.v1.MetricPayload;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class EventScanTest {
  private static final int ROUNDS = 20_000;

  /** Parts of events, each an encoding that may come after any other. */
  private static final Message[] PARTS = {
    Event.newBuilder().setAgentId("ada").setT(7).build(),
    Event.newBuilder().setAgentId("").setT(Integer.MAX_VALUE).build(),
    Event.newBuilder().setT(-1).setSchemaVersion(1).build(),
  };

  /**
   * Payloads. They are written in this order: protobuf-java, unlike the others, remembers a payload
   * that another kind has cleared when the first kind comes again.
   */
  private static final Message[] PAYLOADS = {
    Event.newBuilder().setAction(ActionPayload.newBuilder().setIndexInTurn(2)).build(),
    Event.newBuilder().setLlmResponse(LlmResponsePayload.newBuilder().setCostUsd(0.25)).build(),
    Event.newBuilder()
        .setLlmResponse(LlmResponsePayload.newBuilder().setReasoning("because").setCostUsd(-1))
        .build(),
    Event.newBuilder().setLlmResponse(LlmResponsePayload.newBuilder().setReasoning("x")).build(),
    Event.newBuilder().setMetric(MetricPayload.newBuilder().setName("score").setValue(3)).build(),
    Samples.turnStart(3),
  };

  @Test
  void shouldSayWhatParsingSays() throws IOException {
    Random random = new Random(1);
    for (int i = 0; i < ROUNDS; i++) {
      // given
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      for (Message payload : PAYLOADS) {
        for (Message part : PARTS) {
          writeSometimes(random, part, out);
        }
        if (random.nextInt(4) == 0) {
          out.writeString(20 + random.nextInt(40), "of a newer kind, or no message");
        }
        writeSometimes(random, payload, out);
      }
      out.flush();

      // then
      shouldAgree(bytes.toByteArray());
    }
  }

  private static void writeSometimes(Random random, Message part, CodedOutputStream out)
      throws IOException {
    if (random.nextInt(3) == 0) {
      part.writeTo(out);
    }
  }

  @Test
  void shouldSayWhatParsingSaysOfDamagedEvents() {
    Random random = new Random(2);
    byte[] sound = Samples.turnStart(3).toByteArray();
    for (int i = 0; i < ROUNDS; i++) {
      byte[] damaged = sound.clone();
      damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      shouldAgree(damaged);
    }
  }

  @Test
  void shouldRefuseWhatIsCutShort() {
    byte[] sound = Samples.turnStart(3).toByteArray();
    byte[] cut = Arrays.copyOf(sound, sound.length - 1);
    assertThatThrownBy(() -> EncodedEvent.decode(cut))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not an encoded event");
  }

  /** A build that did not know the field took whatever was in it. */
  @Test
  void shouldHaveTheHeaderOfAStoredEventWhoseFieldIsSomethingElseNow() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    Samples.base("ada", 7).setSchemaVersion(2).build().writeTo(out);
    out.writeByteArray(
        Event.LLM_RESPONSE_FIELD_NUMBER, new byte[] {0x22, 2, (byte) 0xff, (byte) 0xfe});
    out.flush();

    Event stored = EncodedEvent.parseStored(bytes.toByteArray());

    assertThat(stored.getAgentId()).isEqualTo("ada");
    assertThat(stored.getT()).isEqualTo(7);
    assertThat(stored.getSchemaVersion()).isEqualTo(2);
    assertThat(EventKind.of(stored)).isEqualTo(EventKind.UNKNOWN);
    assertThatThrownBy(() -> EncodedEvent.parse(bytes.toByteArray()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** What parsing refuses may pass, since payloads are not looked into. */
  private static void shouldAgree(byte[] bytes) {
    EncodedEvent parsed;
    try {
      parsed = EncodedEvent.of(EncodedEvent.parse(bytes));
    } catch (IllegalArgumentException refused) {
      return;
    }
    EncodedEvent scanned = EncodedEvent.decode(bytes);
    assertThat(scanned.kind()).isEqualTo(parsed.kind());
    assertThat(scanned.agentId()).isEqualTo(parsed.agentId());
    assertThat(scanned.t()).isEqualTo(parsed.t());
    assertThat(scanned.costUsd()).isEqualTo(parsed.costUsd());
    assertThat(scanned.bytes()).isEqualTo(bytes);
  }
}
