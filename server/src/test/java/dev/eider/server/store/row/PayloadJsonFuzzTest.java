package dev.eider.server.store.row;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.RandomMessages;
import dev.eider.v1.Event;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The JSON of any payload is JSON to DuckDB, and what it lacks of the event is kept beside it. */
@Timeout(60)
final class PayloadJsonFuzzTest {
  private static final int ROUNDS = Integer.getInteger("eider.store.fuzz", 1_000);

  @Test
  void shouldBeJsonToDuckDbAndLoseNothing() throws Exception {
    long seed = Long.getLong("eider.seed", System.nanoTime());
    System.out.println("PayloadJsonFuzzTest: -Deider.seed=" + seed);
    Random random = new Random(seed);
    List<RandomMessages> messages =
        List.of(new RandomMessages(random), new RandomMessages(random, List.of()));
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        PreparedStatement isJson = connection.prepareStatement("SELECT json_valid(?)")) {
      for (int i = 0; i < ROUNDS; i++) {
        byte[] event = messages.get(i % 2).like(Event.getDefaultInstance()).toByteArray();
        byte[] bytes = PayloadJson.of(EncodedEvent.parse(event), event.length);
        String json = new String(bytes, UTF_8);
        assertThat(EventDelta.restore(EventDelta.of(event, bytes), bytes, event.length))
            .isEqualTo(event);
        isJson.setString(1, json);
        try (ResultSet row = isJson.executeQuery()) {
          row.next();
          assertThat(row.getBoolean(1)).as(json).isTrue();
        }
      }
    }
  }
}
