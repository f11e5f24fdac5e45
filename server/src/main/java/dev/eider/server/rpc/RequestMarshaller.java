package dev.eider.server.rpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.eider.server.api.RequestLimits;
import dev.eider.server.base.BrokerException;
import dev.eider.v1.ErrorReason;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;

/**
 * Parses requests. Bytes that are no request become a refusal that says so; gRPC's own marshaller
 * would throw, which gRPC logs with a stack trace and answers with UNKNOWN.
 *
 * <p>Three bounds hold before a message is built: its bytes, its nesting, and the number of its
 * fields, since a field of two bytes takes thirty times as much once it is an object. Thread-safe.
 */
public final class RequestMarshaller<T extends Message>
    implements MethodDescriptor.Marshaller<Incoming<T>> {
  /** Smaller requests cannot be large in memory either, so their fields are not counted. */
  private static final int COUNTED_BYTES_MIN = 256 << 10;

  private final T prototype;
  private final int nestingMax;
  private final RequestLimits limits;

  /** Allows {@code nestingMax} messages within the outermost one of the prototype's type. */
  RequestMarshaller(T prototype, int nestingMax, RequestLimits limits) {
    this.prototype = prototype;
    this.nestingMax = nestingMax;
    this.limits = limits;
  }

  @Override
  public InputStream stream(Incoming<T> request) {
    throw new UnsupportedOperationException("a daemon only receives these");
  }

  @Override
  public Incoming<T> parse(InputStream stream) {
    try {
      return Incoming.of(parse(bytes(stream)));
    } catch (BrokerException refusal) {
      return Incoming.refused(refusal);
    } catch (StatusRuntimeException e) {
      // The only status that reading throws: what was compressed is larger than what may be sent.
      return Incoming.refused(
          tooLarge("bytes", limits.requestBytesMax(), "more, once decompressed"));
    } catch (IOException e) {
      return Incoming.refused(
          BrokerException.of(
              ErrorReason.ERROR_REASON_INVALID_REQUEST,
              "the bytes received are no %s of at most %d levels: %s"
                  .formatted(
                      prototype.getDescriptorForType().getFullName(), nestingMax, e.getMessage())));
    }
  }

  private static byte[] bytes(InputStream stream) throws IOException {
    return stream instanceof KnownLength
        ? stream.readNBytes(stream.available())
        : stream.readAllBytes();
  }

  private T parse(byte[] bytes) throws InvalidProtocolBufferException {
    if (bytes.length >= COUNTED_BYTES_MIN
        && !FieldCount.isAtMost(limits.fieldsMax(), bytes, prototype.getDescriptorForType())) {
      throw tooLarge("fields, nested ones included,", limits.fieldsMax(), "more");
    }
    CodedInputStream in = CodedInputStream.newInstance(bytes);
    in.setRecursionLimit(nestingMax);
    @SuppressWarnings("unchecked") // a message's parser makes messages of its type
    T message = (T) prototype.getParserForType().parseFrom(in);
    in.checkLastTagWas(0);
    return message;
  }

  /** Names no field, unlike the refusal of too many events: any part of any request may be it. */
  private static BrokerException tooLarge(String what, long limit, String actual) {
    return BrokerException.of(
            ErrorReason.ERROR_REASON_BATCH_TOO_LARGE,
            "a request may hold " + limit + " " + what + "; this one holds " + actual)
        .with("limit", limit)
        .with("actual", actual);
  }
}
