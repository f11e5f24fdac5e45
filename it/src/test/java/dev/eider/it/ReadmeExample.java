package dev.eider.it;

import com.google.protobuf.ByteString;
import dev.eider.client.AllRunsSubscription;
import dev.eider.client.EiderClient;
import dev.eider.client.MultiRunSink;
import dev.eider.client.RunPublisher;
import dev.eider.client.RunSubscription;
import dev.eider.client.TokenedBatch;
import dev.eider.v1.Event;
import dev.eider.v1.ForkResponse;
import dev.eider.v1.MetricPayload;
import dev.eider.v1.RunOutcome;
import dev.eider.v1.TurnStartPayload;
import dev.eider.v1.WorldStateSnapshot;

/** The Java example of README.md, which shows what is between the two marks. */
final class ReadmeExample {
  private ReadmeExample() {}

  // begin
  static void play(String address, WorldStateSnapshot world, WorldStateSnapshot otherWorld) {
    try (EiderClient client = EiderClient.connect(address)) { // localhost:7117
      try (RunPublisher game = client.publisher("game-2")) { // opens the run with its first event
        game.publish(turnStart("ada", 0, world));
        long seq = game.publish(score("ada", 0, 100)).join(); // durable and visible now
        System.out.println("score is seq " + seq);
      }
      client.closeRun("game-2", RunOutcome.RUN_OUTCOME_COMPLETED); // DuckDB holds all of it now

      try (RunSubscription events = client.subscribe("game-2", 0)) { // after seq 0: from the start
        events.forEachRemaining(envelope -> System.out.println(envelope.getEvent()));
      } // an open run goes on until it is closed

      try (AllRunsSubscription all = client.subscribeAll(ByteString.EMPTY)) { // all runs, one order
        TokenedBatch batch = all.next(); // store its token with its events: each exactly once
        System.out.println(batch.events().size() + " events, then " + batch.resumeToken());
      } // goes on for ever; subscribeAll(token) begins after that batch

      ForkResponse left = client.fork("game-2", 0, snapshot -> otherWorld);
      ForkResponse right = client.fork("game-2", 0, snapshot -> snapshot);
      try (MultiRunSink sink = client.multiRunSink()) { // any number of runs
        sink.accept(left.getRun().getRunId(), score("ada", 0, 500));
        sink.accept(right.getRun().getRunId(), score("ada", 0, 1));
      } // waits until all is stored, and closes the runs
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
