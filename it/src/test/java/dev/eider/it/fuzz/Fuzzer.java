package dev.eider.it.fuzz;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.eider.server.event.RandomMessages;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishResponse;
import dev.eider.v1.PublishStreamRequest;
import dev.eider.v1.PublishStreamResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * Makes hostile calls, many at a time, judges how each ends, and notes what each may have stored.
 * Calls are made on the test's thread and judged where they end.
 */
final class Fuzzer implements AutoCloseable {
  private static final List<String> WAYS =
      List.of("1 ms", "gzip", "empty", "cancelled", "left", "twice");
  private static final int CALLS_MAX = 48;
  private static final int PATIENCE_MS = 150;
  private static final int DEADLINE_S = 90;

  private final Random random;
  private final List<String> runIds;
  private final Verdicts verdicts;
  private final Ledger ledger;
  private final RandomMessages messages;
  private final TaggedPublish publishes;
  private final List<Target> targets = Target.all();
  private final Semaphore room = new Semaphore(CALLS_MAX);
  private final ScheduledExecutorService leaver = Executors.newSingleThreadScheduledExecutor();
  private final List<CompletableFuture<Void>> judged = new ArrayList<>();

  Fuzzer(Random random, List<String> runIds, Verdicts verdicts, Ledger ledger) {
    this.random = random;
    this.runIds = runIds;
    this.verdicts = verdicts;
    this.ledger = ledger;
    this.messages = new RandomMessages(random, runIds);
    this.publishes = new TaggedPublish(random);
  }

  /** Makes one call of some method; blocks while too many are under way. */
  void call(Channel channel) throws InterruptedException {
    room.acquire();
    int which = random.nextInt(targets.size() + 12);
    if (which < targets.size()) {
      call(channel, targets.get(which));
    } else if (which < targets.size() + 6) {
      call(channel, targets.stream().filter(Target::isPublish).findFirst().orElseThrow());
    } else if (which < targets.size() + 11) {
      stream(channel);
    } else {
      call(
          channel,
          new Target(
              "eider.v1.BrokerService/NoSuch", PublishRequest.getDefaultInstance(), true, true));
    }
  }

  /** Waits until every call so far has ended, and throws the first wrong end. */
  void awaitJudged() {
    try {
      CompletableFuture.allOf(judged.toArray(CompletableFuture[]::new))
          .orTimeout(2 * DEADLINE_S, SECONDS)
          .join();
    } catch (CompletionException e) {
      throw new AssertionError(e.getCause().getMessage(), e.getCause());
    }
    judged.clear();
  }

  private void call(Channel channel, Target target) {
    switch (random.nextInt(5)) {
      case 0 -> behave(channel, target, "noise", WireMutation.noise(random));
      case 1, 2 ->
          behave(channel, target, "mutated", WireMutation.of(valid(target, false), random));
      default -> behave(channel, target, "well formed", valid(target, true));
    }
  }

  private byte[] valid(Target target, boolean stays) {
    return target.isPublish() && random.nextInt(4) > 0
        ? publishes.next(runId(), stays).build().toByteArray()
        : messages.like(target.request()).toByteArray();
  }

  private void behave(Channel channel, Target target, String kind, byte[] bytes) {
    int behaviour = random.nextInt(14);
    CallOptions options =
        CallOptions.DEFAULT.withDeadlineAfter(
            behaviour == 0 ? 1 : 1_000 * DEADLINE_S, MILLISECONDS);
    RawCall call =
        RawCall.start(
            channel, target.method(), behaviour == 1 ? options.withCompression("gzip") : options);
    boolean isLeft = behaviour == 3 || behaviour == 4 || !target.isUnary();
    if (behaviour != 2) {
      call.send(bytes);
    }
    if (behaviour == 5) {
      call.send(bytes);
    }
    if (behaviour != 4) {
      call.halfClose();
    }
    if (behaviour == 3) {
      call.cancel();
    } else if (isLeft) {
      leaver.schedule(call::cancel, PATIENCE_MS, MILLISECONDS);
    }
    String what = kind + (behaviour < WAYS.size() ? ", " + WAYS.get(behaviour) : "");
    List<byte[]> sent = Collections.nCopies(behaviour == 2 ? 0 : behaviour == 5 ? 2 : 1, bytes);
    judge(call, target, what, isLeft || behaviour == 0, outcome -> note(target, sent, outcome));
  }

  private void judge(
      RawCall call,
      Target target,
      String what,
      boolean isOurEnd,
      Consumer<RawCall.Outcome> noting) {
    judged.add(
        call.ended
            .whenComplete((outcome, failure) -> room.release())
            .thenAccept(
                outcome -> {
                  verdicts.judge(target, what, isOurEnd, outcome);
                  noting.accept(outcome);
                }));
  }

  private void note(Target target, List<byte[]> sent, RawCall.Outcome outcome) {
    if (target.method().equals(Target.PUBLISH_STREAM)) {
      noteStream(sent, outcome);
    } else if (target.isPublish() && !sent.isEmpty()) {
      notePublish(sent.get(0), outcome);
    }
  }

  private void notePublish(byte[] bytes, RawCall.Outcome outcome) {
    if (outcome.status().isOk()) {
      ledger.accept(bytes, parsed(outcome.responses().get(0)));
    } else if (Verdicts.refusal(outcome).reason().isEmpty()) {
      ledger.leaveOpen(bytes);
    }
  }

  /** Several publishes on one stream, perhaps with something that is none in between. */
  private void stream(Channel channel) {
    RawCall call =
        RawCall.start(
            channel,
            Target.PUBLISH_STREAM,
            CallOptions.DEFAULT.withDeadlineAfter(DEADLINE_S, SECONDS));
    List<byte[]> sent = new ArrayList<>();
    for (int i = random.nextInt(10); i >= 0; i--) {
      int damage = random.nextInt(10);
      byte[] publish = publishes.next(runId(), damage > 1).build().toByteArray();
      byte[] inside = damage == 0 ? WireMutation.of(publish, random) : publish;
      byte[] whole = StreamMessages.with(inside);
      byte[] message = damage == 1 ? WireMutation.of(whole, random) : whole;
      call.send(message);
      sent.add(message);
    }
    int end = random.nextInt(4);
    if (end == 0) {
      call.cancel();
    } else if (end == 1) {
      leaver.schedule(call::cancel, PATIENCE_MS, MILLISECONDS);
    } else {
      call.halfClose();
    }
    Target target =
        new Target(Target.PUBLISH_STREAM, PublishStreamRequest.getDefaultInstance(), false, true);
    judge(call, target, "stream of publishes", end < 2, outcome -> noteStream(sent, outcome));
  }

  private void noteStream(List<byte[]> sent, RawCall.Outcome outcome) {
    for (int i = 0; i < sent.size(); i++) {
      byte[] publish = StreamMessages.publishIn(sent.get(i));
      if (i >= outcome.responses().size()) {
        ledger.leaveOpen(publish);
        continue;
      }
      PublishStreamResponse response = StreamMessages.response(outcome.responses().get(i));
      if (response.hasPublished()) {
        ledger.accept(publish, response.getPublished());
        verdicts.count("on streams: OK");
      } else {
        verdicts.count("on streams: " + Verdicts.documentedReason(response.getError()));
      }
    }
  }

  private static PublishResponse parsed(byte[] response) {
    try {
      return PublishResponse.parseFrom(response);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError("an answer that cannot be parsed", e);
    }
  }

  private String runId() {
    return runIds.get(random.nextInt(runIds.size()));
  }

  @Override
  public void close() {
    leaver.shutdownNow();
  }
}
