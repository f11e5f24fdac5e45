package dev.eider.server.run;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import dev.eider.server.event.RunDigest;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Hashes requests, so that a repeat can be told from another request of the same id. */
public final class RequestFingerprint {
  private RequestFingerprint() {}

  /** Hashes a request; map entries count in any order, since clients send them in any order. */
  public static byte[] of(Message request) {
    byte[] bytes = new byte[request.getSerializedSize()];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    try {
      request.writeTo(out);
      out.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new UncheckedIOException("the array was measured for exactly this", e);
    }
    return RunDigest.hash(bytes);
  }
}
