package dev.eider.server.rpc;

import io.grpc.ServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.shaded.io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.shaded.io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandler;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Error;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Stream;
import io.grpc.netty.shaded.io.netty.util.AsciiString;

/**
 * Has a client stop sending the request of a call that was answered before all of it came.
 *
 * <p>Such an answer, a refusal, ends this side of the HTTP/2 stream only. gRPC then drops what
 * still comes and never gives its room in the connection's flow-control window back, while the
 * client keeps the rest for the window to open: a few refused uploads, and the connection stands
 * still for all its calls. HTTP/2 has RST_STREAM with NO_ERROR for this (RFC 9113, 8.1), which
 * closes the stream on both sides. Plaintext. Thread-safe.
 */
final class EarlyAnswers implements InternalProtocolNegotiator.ProtocolNegotiator {
  private final InternalProtocolNegotiator.ProtocolNegotiator plaintext =
      InternalProtocolNegotiators.serverPlaintext();

  private EarlyAnswers() {}

  /** Returns what to listen with. */
  static ServerCredentials plaintext() {
    return InternalNettyServerCredentials.create(new EarlyAnswers());
  }

  @Override
  public AsciiString scheme() {
    return plaintext.scheme();
  }

  @Override
  public ChannelHandler newHandler(GrpcHttp2ConnectionHandler connection) {
    return new Attached(connection, plaintext.newHandler(connection));
  }

  @Override
  public void close() {
    plaintext.close();
  }

  /** Begins to listen to a connection, and steps aside. Owned by the connection's thread. */
  private static final class Attached extends ChannelInboundHandlerAdapter {
    private final GrpcHttp2ConnectionHandler connection;
    private final ChannelHandler next;

    Attached(GrpcHttp2ConnectionHandler connection, ChannelHandler next) {
      this.connection = connection;
      this.next = next;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
      Channel channel = context.channel();
      connection
          .connection()
          .addListener(
              new Http2ConnectionAdapter() {
                @Override
                public void onStreamHalfClosed(Http2Stream stream) {
                  if (isAnsweredEarly(stream)) {
                    // After the answer, which is being written.
                    channel.eventLoop().execute(() -> reset(channel, stream));
                  }
                }
              });
      context.pipeline().replace(this, null, next);
    }

    private void reset(Channel channel, Http2Stream stream) {
      ChannelHandlerContext context = channel.pipeline().context(connection);
      if (context != null && isAnsweredEarly(stream)) {
        var unused =
            connection.resetStream(
                context, stream.id(), Http2Error.NO_ERROR.code(), context.newPromise());
        context.flush();
      }
    }

    private static boolean isAnsweredEarly(Http2Stream stream) {
      return stream.state() == Http2Stream.State.HALF_CLOSED_LOCAL;
    }
  }
}
