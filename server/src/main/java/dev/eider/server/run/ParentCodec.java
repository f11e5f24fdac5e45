package dev.eider.server.run;

import dev.eider.server.event.RunId;
import dev.eider.storage.v1.StoredParent;

/** Turns where a fork comes from into what is stored of it, and back. */
final class ParentCodec {
  private ParentCodec() {}

  static StoredParent encode(Parent parent) {
    return StoredParent.newBuilder()
        .setRunId(parent.runId().value())
        .setT(parent.t())
        .setSeq(parent.seq())
        .setRootRunId(parent.rootRunId().value())
        .build();
  }

  static Parent decode(StoredParent stored) {
    return new Parent(
        new RunId(stored.getRunId()),
        stored.getT(),
        stored.getSeq(),
        new RunId(stored.getRootRunId()));
  }
}
