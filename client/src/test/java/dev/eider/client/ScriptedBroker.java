package dev.eider.client;

import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.EventBatch;
import dev.eider.v1.EventEnvelope;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.ForkResponse;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishResponse;
import dev.eider.v1.PublishStreamRequest;
import dev.eider.v1.PublishStreamResponse;
import dev.eider.v1.SubscribeRequest;
import dev.eider.v1.SubscribeResponse;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The broker before a scripted log. */
final class ScriptedBroker extends BrokerServiceGrpc.BrokerServiceImplBase {
  private static final int BATCH = 10;

  private final ScriptedLog log;
  final AtomicInteger responsesSent = new AtomicInteger();
  final AtomicInteger publishStreams = new AtomicInteger();
  final List<ForkRequest> forks = new ArrayList<>();
  final List<SubscribeRequest> subscribes = new ArrayList<>();

  /** Leaves out the envelope with this seq. */
  volatile long omittedSeq;

  /** Takes publishes without ever answering. */
  volatile boolean mute;

  ScriptedBroker(ScriptedLog log) {
    this.log = log;
  }

  @Override
  public void publish(PublishRequest request, StreamObserver<PublishResponse> answer) {
    try {
      answer.onNext(log.publish(request));
      answer.onCompleted();
    } catch (ScriptedRun.Refusal e) {
      answer.onError(StatusProto.toStatusRuntimeException(e.status));
    }
  }

  @Override
  public StreamObserver<PublishStreamRequest> publishStream(
      StreamObserver<PublishStreamResponse> answers) {
    publishStreams.incrementAndGet();
    return new StreamObserver<>() {
      @Override
      public void onNext(PublishStreamRequest request) {
        if (!mute) {
          answers.onNext(answer(request));
        }
      }

      @Override
      public void onError(Throwable thrown) {}

      @Override
      public void onCompleted() {
        answers.onCompleted();
      }
    };
  }

  private PublishStreamResponse answer(PublishStreamRequest request) {
    PublishStreamResponse.Builder response =
        PublishStreamResponse.newBuilder().setRequestId(request.getRequestId());
    try {
      return response.setPublished(log.publish(request.getPublish())).build();
    } catch (ScriptedRun.Refusal e) {
      return response.setError(e.status).build();
    }
  }

  @Override
  public void subscribe(SubscribeRequest request, StreamObserver<SubscribeResponse> observer) {
    synchronized (subscribes) {
      subscribes.add(request);
    }
    var responses = (ServerCallStreamObserver<SubscribeResponse>) observer;
    try {
      stream(request, responses);
    } catch (ScriptedRun.Refusal e) {
      responses.onError(StatusProto.toStatusRuntimeException(e.status));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void stream(SubscribeRequest request, ServerCallStreamObserver<SubscribeResponse> to)
      throws InterruptedException {
    long seq = request.getAfterSeq();
    while (!to.isCancelled()) {
      List<EventEnvelope> next = to.isReady() ? log.after(request.getRunId(), seq, BATCH) : null;
      if (next != null && !next.isEmpty()) {
        seq = next.get(next.size() - 1).getSeq();
        send(to, next, request);
      } else if (next != null && log.find(request.getRunId()).isClosed()) {
        end(to, log.find(request.getRunId()), seq);
        return;
      } else {
        synchronized (log) {
          log.wait(5);
        }
      }
    }
  }

  private void send(
      ServerCallStreamObserver<SubscribeResponse> to,
      List<EventEnvelope> envelopes,
      SubscribeRequest request) {
    EventBatch.Builder batch = EventBatch.newBuilder();
    for (EventEnvelope envelope : envelopes) {
      boolean matches =
          !request.getFilter().hasTMin()
              || envelope.getEvent().getT() >= request.getFilter().getTMin();
      if (matches && envelope.getSeq() != omittedSeq) {
        batch.addEnvelopes(envelope);
      }
    }
    responsesSent.incrementAndGet();
    long scanned = envelopes.get(envelopes.size() - 1).getSeq();
    to.onNext(
        batch.getEnvelopesCount() > 0
            ? SubscribeResponse.newBuilder().setEvents(batch).build()
            : SubscribeResponse.newBuilder()
                .setProgress(SubscribeResponse.Progress.newBuilder().setScannedSeq(scanned))
                .build());
  }

  private static void end(
      ServerCallStreamObserver<SubscribeResponse> to, ScriptedRun run, long seq) {
    to.onNext(
        SubscribeResponse.newBuilder()
            .setRunClosed(
                SubscribeResponse.RunClosed.newBuilder().setFinalSeq(seq).setOutcome(run.outcome))
            .build());
    to.onCompleted();
  }

  @Override
  public void fork(ForkRequest request, StreamObserver<ForkResponse> answer) {
    forks.add(request);
    answer.onNext(
        ForkResponse.newBuilder()
            .setRun(log.open(request.getRunId()).describe())
            .setSnapshot(request.getReplacement())
            .build());
    answer.onCompleted();
  }
}
