package dev.eider.server.sequencer;

import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.run.StepRecord;
import dev.eider.server.run.StepRecord.Published;
import java.util.ArrayList;
import java.util.List;

/** Makes a record's events what readers get. */
final class Sequencing {
  private Sequencing() {}

  static List<SequencedEvent> of(StepRecord record) {
    Published published = record.published();
    if (published == null) {
      return List.of();
    }
    List<SequencedEvent> sequenced = new ArrayList<>(published.events().size());
    long seq = published.firstSeq();
    for (EncodedEvent event : published.events()) {
      sequenced.add(
          SequencedEvent.of(
              record.runId(), seq++, event.kind(), event.agentId(), event.t(), event.bytes()));
    }
    return sequenced;
  }
}
