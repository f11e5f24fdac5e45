package dev.eider.it;

import dev.eider.client.EiderClient;
import dev.eider.client.RunPublisher;
import dev.eider.client.RunSubscription;
import dev.eider.v1.Event;
import dev.eider.v1.MetricPayload;
import dev.eider.v1.RunOutcome;
import dev.eider.v1.TurnStartPayload;
import dev.eider.v1.WorldStateSnapshot;

/** The Java example of README.md, which shows what is between the two marks. */
final class ReadmeExample {
  private ReadmeExample() {}

  // begin
  static void play(String address, WorldStateSnapshot world) {
    try (EiderClient client = EiderClient.connect(address)) { // localhost:7117
      try (RunPublisher game = client.publisher("game-2")) { // opens the run with its first event
        game.publish(turnStart("ada", 0, world));
        long seq = game.publish(score("ada", 0, 100)).join(); // durable and visible from here on
        System.out.println("score is seq " + seq);
      }
      client.closeRun("game-2", RunOutcome.RUN_OUTCOME_COMPLETED); // now DuckDB has all of it

      try (RunSubscription events = client.subscribe("game-2", 0)) { // after seq 0: from the start
        events.forEachRemaining(envelope -> System.out.println(envelope.getEvent()));
      } // on an open run it would wait for more
    }
  }

  static Event turnStart(String agentId, int t, WorldStateSnapshot world) {
    TurnStartPayload payload = TurnStartPayload.newBuilder().setSnapshot(world).build();
    return Event.newBuilder().setAgentId(agentId).setT(t).setTurnStart(payload).build();
  }

  static Event score(String agentId, int t, double value) {
    MetricPayload payload = MetricPayload.newBuilder().setName("score").setValue(value).build();
    return Event.newBuilder().setAgentId(agentId).setT(t).setMetric(payload).build();
  }
  // end
}
