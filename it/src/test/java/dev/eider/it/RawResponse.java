package dev.eider.it;

import com.google.protobuf.ByteString;
import com.google.protobuf.Parser;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * A response of Subscribe or ColdStream together with the bytes of its envelopes. Immutable.
 *
 * @param message the response as the library sees it, for everything but envelopes
 */
public record RawResponse<T>(T message, List<RawEnvelope> envelopes) {

  /** The same call, with the bytes kept. */
  public static <Q, T> MethodDescriptor<Q, RawResponse<T>> keepingBytes(
      MethodDescriptor<Q, T> method, Parser<T> parser) {
    return method.toBuilder(method.getRequestMarshaller(), new RawMarshaller<>(parser)).build();
  }

  private record RawMarshaller<T>(Parser<T> parser) implements Marshaller<RawResponse<T>> {
    @Override
    public InputStream stream(RawResponse<T> value) {
      return new ByteArrayInputStream(new byte[0]);
    }

    @Override
    public RawResponse<T> parse(InputStream stream) {
      try {
        ByteString bytes = ByteString.readFrom(stream);
        return new RawResponse<>(parser.parseFrom(bytes), RawEnvelope.ofResponse(bytes));
      } catch (IOException e) {
        throw new UncheckedIOException("a response that cannot be parsed", e);
      }
    }
  }
}
