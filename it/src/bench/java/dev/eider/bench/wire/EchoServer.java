package dev.eider.bench.wire;

import dev.eider.bench.BenchEvent;
import dev.eider.bench.Workload;
import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.EventBatch;
import dev.eider.v1.EventEnvelope;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishResponse;
import dev.eider.v1.PublishStreamRequest;
import dev.eider.v1.PublishStreamResponse;
import dev.eider.v1.SubscribeRequest;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The daemon's calls with nothing behind them, in a process of its own: publishes are answered at
 * once, and Subscribe sends one encoded batch as often as asked. It has the daemon's transport and
 * executor. It ends when its standard input does, hence with whoever started it.
 *
 * <p>In a SubscribeRequest {@code max_batch} is the events of the batch and {@code after_seq} how
 * many batches to send.
 */
final class EchoServer {
  private static final MethodDescriptor<SubscribeRequest, byte[]> SUBSCRIBE =
      BrokerServiceGrpc.getSubscribeMethod().toBuilder(
              BrokerServiceGrpc.getSubscribeMethod().getRequestMarshaller(), Bytes.MARSHALLER)
          .build();

  private EchoServer() {}

  /** Serves until standard input ends. The argument is the file that is to get the port. */
  public static void main(String[] args) throws Exception {
    ServerServiceDefinition service =
        ServerServiceDefinition.builder(BrokerServiceGrpc.SERVICE_NAME)
            .addMethod(
                BrokerServiceGrpc.getPublishMethod(),
                ServerCalls.asyncUnaryCall(EchoServer::publish))
            .addMethod(
                BrokerServiceGrpc.getPublishStreamMethod(),
                ServerCalls.asyncBidiStreamingCall(Answers::new))
            .addMethod(SUBSCRIBE, ServerCalls.asyncServerStreamingCall(EchoServer::subscribe))
            .build();
    Server server =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .directExecutor()
            .maxInboundMessageSize(64 << 20)
            .addService(service)
            .build()
            .start();
    Path file = Path.of(args[0]);
    Path whole = file.resolveSibling(file.getFileName() + ".next");
    Files.writeString(whole, String.valueOf(server.getPort()));
    Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
    System.in.readAllBytes();
    server.shutdownNow();
  }

  private static void publish(PublishRequest request, StreamObserver<PublishResponse> answer) {
    answer.onNext(answer(1, request));
    answer.onCompleted();
  }

  private static PublishResponse answer(long firstSeq, PublishRequest request) {
    return PublishResponse.newBuilder()
        .setFirstSeq(firstSeq)
        .setLastSeq(firstSeq + request.getEventsCount() - 1)
        .build();
  }

  private static void subscribe(SubscribeRequest request, StreamObserver<byte[]> observer) {
    ServerCallStreamObserver<byte[]> out = (ServerCallStreamObserver<byte[]>) observer;
    byte[] message = message(request.getRunId(), request.getMaxBatch());
    out.setOnReadyHandler(new Sender(out, message, request.getAfterSeq()));
  }

  private static byte[] message(String runId, int count) {
    EventBatch.Builder batch = EventBatch.newBuilder();
    List<BenchEvent> events = Workload.synthetic().batch(0, count);
    for (int i = 0; i < count; i++) {
      batch.addEnvelopes(
          EventEnvelope.newBuilder()
              .setRunId(runId)
              .setSeq(i + 1L)
              .setEvent(events.get(i).event()));
    }
    return Stretch.encoded(batch.build());
  }

  /** Sends while the transport is ready; runs on the connection's thread. */
  private static final class Sender implements Runnable {
    private final ServerCallStreamObserver<byte[]> out;
    private final byte[] message;
    private long left;
    private boolean ended;

    Sender(ServerCallStreamObserver<byte[]> out, byte[] message, long left) {
      this.out = out;
      this.message = message;
      this.left = left;
    }

    @Override
    public void run() {
      while (left > 0 && out.isReady() && !out.isCancelled()) {
        out.onNext(message);
        left--;
      }
      if (left == 0 && !ended) {
        ended = true;
        out.onCompleted();
      }
    }
  }

  /** Answers the requests of one PublishStream; runs on the connection's thread. */
  private static final class Answers implements StreamObserver<PublishStreamRequest> {
    private final StreamObserver<PublishStreamResponse> out;
    private final Map<String, Long> heads = new HashMap<>();

    Answers(StreamObserver<PublishStreamResponse> out) {
      this.out = out;
    }

    @Override
    public void onNext(PublishStreamRequest request) {
      PublishRequest publish = request.getPublish();
      long firstSeq = heads.getOrDefault(publish.getRunId(), 0L) + 1;
      heads.put(publish.getRunId(), firstSeq + publish.getEventsCount() - 1);
      out.onNext(
          PublishStreamResponse.newBuilder()
              .setRequestId(request.getRequestId())
              .setPublished(answer(firstSeq, publish))
              .build());
    }

    @Override
    public void onError(Throwable error) {}

    @Override
    public void onCompleted() {
      out.onCompleted();
    }
  }
}
