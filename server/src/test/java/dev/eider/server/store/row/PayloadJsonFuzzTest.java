package dev.eider.server.store.row;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.event.RandomMessages;
import dev.eider.v1.Event;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The JSON of any payload is JSON to DuckDB. */
@Timeout(60)
final class PayloadJsonFuzzTest {
  private static final int ROUNDS = Integer.getInteger("eider.store.fuzz", 1_000);

  @Test
  void shouldBeJsonToDuckDb() throws Exception {
    long seed = Long.getLong("eider.seed", System.nanoTime());
    System.out.println("PayloadJsonFuzzTest: -Deider.seed=" + seed);
    RandomMessages messages = new RandomMessages(new Random(seed));
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        PreparedStatement isJson = connection.prepareStatement("SELECT json_valid(?)")) {
      for (int i = 0; i < ROUNDS; i++) {
        Event event = messages.like(Event.getDefaultInstance());
        String json = new String(PayloadJson.of(event, event.getSerializedSize()), UTF_8);
        isJson.setString(1, json);
        try (ResultSet row = isJson.executeQuery()) {
          row.next();
          assertThat(row.getBoolean(1)).as(json).isTrue();
        }
      }
    }
  }
}
