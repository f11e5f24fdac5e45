package dev.eider.server.rpc;

import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.SecurityLevel;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * A call as its method sees it, which knows nothing of {@link Incoming}. Once the call is refused,
 * what the method still answers is dropped. As thread-safe as the call.
 */
final class CheckedCall<Q, R> extends ServerCall<Q, R> {
  private final ServerCall<Incoming<Q>, R> call;
  private final MethodDescriptor<Q, R> method;

  /** Written by the network thread, read by whoever answers. */
  private volatile boolean isRefused;

  CheckedCall(ServerCall<Incoming<Q>, R> call, MethodDescriptor<Q, R> method) {
    this.call = call;
    this.method = method;
  }

  /** Ends the call over the head of its method. */
  void refuse(StatusRuntimeException refusal) {
    isRefused = true;
    Metadata trailers = refusal.getTrailers();
    call.close(refusal.getStatus(), trailers == null ? new Metadata() : trailers);
  }

  boolean isRefused() {
    return isRefused;
  }

  @Override
  public void request(int messages) {
    call.request(messages);
  }

  @Override
  public void sendHeaders(Metadata headers) {
    if (!isRefused) {
      call.sendHeaders(headers);
    }
  }

  @Override
  public void sendMessage(R response) {
    if (!isRefused) {
      call.sendMessage(response);
    }
  }

  @Override
  public boolean isReady() {
    return call.isReady();
  }

  @Override
  public void close(Status status, Metadata trailers) {
    if (!isRefused) {
      call.close(status, trailers);
    }
  }

  @Override
  public boolean isCancelled() {
    return call.isCancelled();
  }

  @Override
  public void setMessageCompression(boolean enabled) {
    call.setMessageCompression(enabled);
  }

  @Override
  public void setCompression(String compressor) {
    call.setCompression(compressor);
  }

  @Override
  public void setOnReadyThreshold(int bytes) {
    call.setOnReadyThreshold(bytes);
  }

  @Override
  public SecurityLevel getSecurityLevel() {
    return call.getSecurityLevel();
  }

  @Override
  public Attributes getAttributes() {
    return call.getAttributes();
  }

  @Override
  public @Nullable String getAuthority() {
    return call.getAuthority();
  }

  @Override
  public MethodDescriptor<Q, R> getMethodDescriptor() {
    return method;
  }
}
