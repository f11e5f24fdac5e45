package dev.eider.server.rpc;

import com.google.protobuf.MessageLite;
import dev.eider.server.read.EncodedResponse;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Hands encoded responses to gRPC without encoding them again. Thread-safe. */
final class EncodedMarshaller<N extends MessageLite>
    implements MethodDescriptor.Marshaller<EncodedResponse<N>> {
  @Override
  public InputStream stream(EncodedResponse<N> response) {
    return new EncodedStream(response);
  }

  @Override
  public EncodedResponse<N> parse(InputStream stream) {
    throw new UnsupportedOperationException("a daemon only sends these");
  }

  /** Confined to the call that sends it. */
  private static final class EncodedStream extends InputStream implements Drainable, KnownLength {
    private final EncodedResponse<?> response;
    private @Nullable InputStream bytes;

    EncodedStream(EncodedResponse<?> response) {
      this.response = response;
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
      response.writeTo(target);
      return response.size();
    }

    @Override
    public int available() throws IOException {
      return bytes == null ? response.size() : bytes.available();
    }

    @Override
    public int read() throws IOException {
      return bytes().read();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      return bytes().read(target, offset, length);
    }

    /** Needed only where the transport compresses. */
    private InputStream bytes() {
      InputStream known = bytes;
      if (known == null) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(response.size());
        try {
          drainTo(out);
        } catch (IOException e) {
          throw new UncheckedIOException("memory does not fail", e);
        }
        known = new ByteArrayInputStream(out.toByteArray());
        bytes = known;
      }
      return known;
    }
  }
}
