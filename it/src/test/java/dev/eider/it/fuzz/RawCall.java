package dev.eider.it.fuzz;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * One call whose messages are bytes, so that anything can be sent. The responses and the end come
 * on the connection's threads; the other methods are for one thread.
 */
final class RawCall extends ClientCall.Listener<byte[]> {
  private static final MethodDescriptor.Marshaller<byte[]> BYTES = new Bytes();

  private final ClientCall<byte[], byte[]> call;
  private final List<byte[]> responses = new CopyOnWriteArrayList<>();
  final CompletableFuture<Outcome> ended = new CompletableFuture<>();

  private RawCall(ClientCall<byte[], byte[]> call) {
    this.call = call;
  }

  /** Begins a call of any method, {@code service/method}. */
  static RawCall start(Channel channel, String method, CallOptions options) {
    RawCall call = new RawCall(channel.newCall(descriptor(method), options));
    call.call.start(call, new Metadata());
    call.call.request(1_000_000);
    return call;
  }

  private static MethodDescriptor<byte[], byte[]> descriptor(String method) {
    return MethodDescriptor.newBuilder(BYTES, BYTES)
        .setFullMethodName(method)
        .setType(MethodDescriptor.MethodType.UNKNOWN)
        .build();
  }

  RawCall send(byte[] message) {
    call.sendMessage(message);
    return this;
  }

  RawCall halfClose() {
    call.halfClose();
    return this;
  }

  void cancel() {
    call.cancel("the caller leaves", null);
  }

  @Override
  public void onMessage(byte[] response) {
    responses.add(response);
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    ended.complete(new Outcome(status, trailers, responses));
  }

  /** How a call ended. Immutable. */
  record Outcome(Status status, Metadata trailers, List<byte[]> responses) {}

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] message) {
      return new ByteArrayInputStream(message);
    }

    @Override
    public byte[] parse(InputStream message) {
      try {
        return message.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
