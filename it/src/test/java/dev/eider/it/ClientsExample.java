package dev.eider.it;

import static dev.eider.it.ReadmeExample.score;

import com.google.protobuf.ByteString;
import dev.eider.client.AllRunsSubscription;
import dev.eider.client.EiderClient;
import dev.eider.client.MultiRunSink;
import dev.eider.client.TokenedBatch;
import dev.eider.v1.ForkResponse;
import dev.eider.v1.WorldStateSnapshot;

/** The Java example of docs/clients.md, which shows what is between the two marks. */
final class ClientsExample {
  private ClientsExample() {}

  // begin
  static void forkAndMirror(String address, WorldStateSnapshot otherWorld) {
    try (EiderClient client = EiderClient.connect(address)) {
      ForkResponse left = client.fork("game-2", 0, snapshot -> otherWorld);
      ForkResponse right = client.fork("game-2", 0, snapshot -> snapshot);
      try (MultiRunSink sink = client.multiRunSink()) { // publishes to any number of runs
        sink.accept(left.getRun().getRunId(), score("ada", 0, 500));
        sink.accept(right.getRun().getRunId(), score("ada", 0, 1));
      } // waits until all of it is stored, and closes the runs

      try (AllRunsSubscription all = client.subscribeAll(ByteString.EMPTY)) { // all runs, one order
        TokenedBatch batch = all.next(); // store its token with its events: each exactly once
        System.out.println(batch.events().size() + " events, then " + batch.resumeToken());
      } // goes on for ever; subscribeAll(token) begins after that batch
    }
  }
  // end
}
