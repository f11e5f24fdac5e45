package dev.eider.server.files.transfer;

import com.google.protobuf.ByteString;
import dev.eider.server.base.BrokerException;

/** Where an export goes. Used by one thread at a time, but for {@link #isReady}; never blocks. */
public interface ExportSink {
  /** Says whether the transport takes more without queueing it. */
  boolean isReady();

  /**
   * Takes the next bytes.
   *
   * @param fileBytes of the whole file
   */
  void next(ByteString data, long fileBytes);

  void complete();

  void fail(BrokerException refusal);
}
