package dev.eider.server.files.transfer;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.RunId;
import java.util.List;

/** Where an import's answer goes. Used by one thread at a time; never blocks. */
public interface ImportSink {
  /** Asks for the next part of the file. */
  void requestNext();

  void complete(List<RunId> runIds, long eventCount);

  void fail(BrokerException refusal);
}
