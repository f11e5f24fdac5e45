package dev.eider.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import dev.eider.server.api.EventValidator;
import dev.eider.server.api.PageToken;
import dev.eider.server.api.RequestLimits;
import dev.eider.server.api.RequestValidator;
import dev.eider.server.base.BrokerException;
import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.RandomMessages;
import dev.eider.v1.Event;
import dev.eider.v1.EventFilter;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.OpenRunRequest;
import dev.eider.v1.Producer;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.RunFilter;
import java.io.ByteArrayInputStream;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever a request holds, checking it ends with a value or with a refusal. */
@Timeout(60)
final class RequestFuzzTest {
  private static final int ROUNDS = Integer.getInteger("eider.rpc.fuzz", 1_500);
  private static final RequestLimits LIMITS =
      new RequestLimits(16 << 20, 10_000, 64L << 20, 16_384);

  private final long seed = Long.getLong("eider.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final RandomMessages messages = new RandomMessages(random);

  @Test
  void shouldCheckOrRefuse() {
    System.out.println("RequestFuzzTest: -Deider.seed=" + seed);
    int accepted = 0;
    for (int i = 0; i < ROUNDS; i++) {
      Event event = messages.like(Event.getDefaultInstance());
      accepted += outcome(() -> shouldSurviveStorage(EventValidator.complete(event, 0, 1)));
      accepted +=
          outcome(() -> RequestValidator.filter(messages.like(EventFilter.getDefaultInstance())));
      accepted +=
          outcome(() -> RequestValidator.selection(messages.like(RunFilter.getDefaultInstance())));
      accepted +=
          outcome(() -> RequestValidator.producer(messages.like(Producer.getDefaultInstance())));
      accepted +=
          outcome(
              () ->
                  RequestValidator.labels(
                      messages.like(OpenRunRequest.getDefaultInstance()).getLabelsMap()));
      accepted += outcome(() -> PageToken.parse(token()));
    }
    assertThat(accepted).as("some requests are good").isPositive();
  }

  @Test
  void shouldParseOrRefuse() {
    System.out.println("RequestFuzzTest: -Deider.seed=" + seed);
    for (int i = 0; i < ROUNDS; i++) {
      Message request =
          random.nextBoolean()
              ? messages.like(PublishRequest.getDefaultInstance())
              : messages.like(ForkRequest.getDefaultInstance());
      byte[] bytes = request.toByteArray();
      for (int damage = random.nextInt(4); damage > 0 && bytes.length > 0; damage--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      Incoming<?> incoming =
          new RequestMarshaller<>(request.getDefaultInstanceForType(), 100, LIMITS)
              .parse(new ByteArrayInputStream(bytes));
      assertThat(incoming.message() == null).isNotEqualTo(incoming.refusal() == null);
      FieldCount.isAtMost(1 + random.nextInt(50), bytes, request.getDescriptorForType());
    }
  }

  private static void shouldSurviveStorage(Event accepted) {
    EncodedEvent encoded = EncodedEvent.of(accepted);
    assertThat(EncodedEvent.decode(encoded.bytes()).kind()).isEqualTo(encoded.kind());
  }

  private String token() {
    byte[] bytes = new byte[random.nextInt(40)];
    random.nextBytes(bytes);
    return random.nextBoolean()
        ? Base64.getUrlEncoder().encodeToString(bytes)
        : random.nextLong() + "/" + new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
  }

  private int outcome(Runnable check) {
    try {
      check.run();
      return 1;
    } catch (BrokerException refusal) {
      StatusMapper.toException(refusal);
      return 0;
    }
  }
}
