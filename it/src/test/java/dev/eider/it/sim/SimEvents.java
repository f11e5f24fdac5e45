package dev.eider.it.sim;

import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.eider.server.event.EncodedEvent;
import dev.eider.v1.Event;
import dev.eider.v1.MetricPayload;
import dev.eider.v1.TurnStartPayload;
import dev.eider.v1.WorldStateSnapshot;
import java.util.Random;

/** Events that name themselves. */
final class SimEvents {
  static final int TURNS = 4;

  private SimEvents() {}

  /** An event of a random kind and size. */
  static EncodedEvent make(String name, Random random) {
    Event.Builder event =
        Event.newBuilder().setAgentId(name).setT(random.nextInt(TURNS)).setSchemaVersion(1);
    if (random.nextInt(4) == 0) {
      WorldStateSnapshot.Builder world = WorldStateSnapshot.newBuilder();
      if (random.nextInt(5) == 0) {
        world.setOpaque(ByteString.copyFromUtf8(name));
      } else {
        Value gold = Value.newBuilder().setNumberValue(random.nextInt(100)).build();
        world.setState(Struct.newBuilder().putFields("gold", gold));
      }
      event.setTurnStart(TurnStartPayload.newBuilder().setSnapshot(world));
    } else {
      event.setMetric(
          MetricPayload.newBuilder()
              .setName("x".repeat(random.nextInt(10) == 0 ? 300 : random.nextInt(20)))
              .setValue(random.nextInt()));
    }
    return EncodedEvent.of(event.build());
  }
}
