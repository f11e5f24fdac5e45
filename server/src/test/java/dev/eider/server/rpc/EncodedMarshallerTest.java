package dev.eider.server.rpc;

import static dev.eider.server.run.Samples.RUN;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.MessageLite;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.read.EncodedResponse;
import dev.eider.server.run.Samples;
import dev.eider.v1.ColdStreamResponse;
import dev.eider.v1.EventBatch;
import dev.eider.v1.SubscribeResponse;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
final class EncodedMarshallerTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 1_000})
  void shouldHoldTheBytesOfTheRealMessages(int count) throws Exception {
    // given
    List<SequencedEvent> events = events(count);
    EventBatch.Builder batch = EventBatch.newBuilder();
    events.forEach(event -> batch.addEnvelopes(event.parse()));

    // when
    EncodedResponse<SubscribeResponse> response = EncodedResponse.Events.of(events);
    byte[] bytes = drained(response);

    // then
    assertThat(bytes)
        .hasSize(response.size())
        .isEqualTo(SubscribeResponse.newBuilder().setEvents(batch).build().toByteArray())
        .isEqualTo(ColdStreamResponse.newBuilder().setEvents(batch).build().toByteArray());
  }

  @Test
  void shouldReadLikeItDrains() throws Exception {
    // given
    EncodedResponse<SubscribeResponse> response = EncodedResponse.Events.of(events(3));

    // when
    InputStream stream = new EncodedMarshaller<SubscribeResponse>().stream(response);

    // then
    assertThat(stream).isInstanceOf(KnownLength.class);
    assertThat(stream.available()).isEqualTo(response.size());
    int first = stream.read();
    byte[] rest = stream.readAllBytes();
    assertThat(first).isEqualTo(drained(response)[0]);
    assertThat(rest).hasSize(response.size() - 1);
    assertThat(stream.available()).isZero();
  }

  private static <N extends MessageLite> byte[] drained(EncodedResponse<N> response)
      throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int size = ((Drainable) new EncodedMarshaller<N>().stream(response)).drainTo(out);
    assertThat(size).isEqualTo(out.size());
    return out.toByteArray();
  }

  private static List<SequencedEvent> events(int count) {
    return Samples.sequenced(Samples.publishing(RUN, 1, null, Samples.metrics(count)));
  }
}
