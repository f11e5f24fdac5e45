package dev.eider.it.testkit.workload;

import com.google.protobuf.ByteString;
import dev.eider.it.RawEnvelope;
import dev.eider.it.RawResponse;
import dev.eider.it.testkit.History.Place;
import dev.eider.it.testkit.Mirrored;
import dev.eider.it.testkit.Rule;
import dev.eider.v1.SubscribeAllRequest;
import dev.eider.v1.SubscribeAllResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.Predicate;

/**
 * A subscriber to all runs that keeps what it takes together with the token, in one step, and
 * resumes with that. At times it looks again at what comes after an older token. Owned by one
 * client; {@link #stop} may be called from any thread.
 */
public final class MirrorReader implements Callable<Void> {
  private final String name;
  private final Stage stage;
  private final Random random;
  public final SubscribeAllRequest selection;
  private final List<Place> kept = new ArrayList<>();
  private final List<Saved> saved = new ArrayList<>(List.of(new Saved(ByteString.EMPTY, 0)));
  private volatile boolean stopped;

  /** Reads what the selection asks for. */
  public MirrorReader(String name, Stage stage, Random random, SubscribeAllRequest selection) {
    this.name = name;
    this.stage = stage;
    this.random = random;
    this.selection = selection;
  }

  /** A token and the number of events before it. */
  private record Saved(ByteString token, int count) {}

  @Override
  public Void call() {
    while (!stopped) {
      follow(1);
    }
    return null;
  }

  /** Follows for a while, in several streams. */
  public void follow(int streams) {
    for (int i = 0; i < streams; i++) {
      if (random.nextInt(4) == 0) {
        lookAgain(30, false);
      } else {
        read(newest(), 1 + random.nextInt(40), false, kept);
      }
      stage.wire().pause(random.nextInt(1 + stage.wire().patienceMs() / 5));
    }
  }

  /** Takes what is missing and looks again at some of it; nobody may write any more. */
  public void finish(Predicate<Place> selects) {
    for (int tries = 0; !read(newest(), Long.MAX_VALUE, true, kept); tries++) {
      Rule.LIVENESS.require(tries < 100, "%s does not get to the end of the log", name);
    }
    stage.history().mirrored(new Mirrored(name, kept, true, selects));
    Rule.LIVENESS.require(
        lookAgain(Long.MAX_VALUE, true), "%s cannot read after an older token", name);
    stage.tally().add("mirrors that have it all");
    stage.tally().add("events mirrored", kept.size());
  }

  private boolean lookAgain(long patience, boolean toTheEnd) {
    Saved from = saved.get(random.nextInt(saved.size()));
    List<Place> again = new ArrayList<>();
    boolean isAtTheEnd = read(from, patience, toTheEnd, again);
    // What it has had before in that place may be longer than what it took now.
    int upTo = Math.min(again.size(), kept.size() - from.count());
    List<Place> before = lasting(kept.subList(from.count(), from.count() + upTo));
    List<Place> now = lasting(again.subList(0, upTo));
    int common = Math.min(before.size(), now.size());
    Rule.LOG_ORDER.require(
        now.subList(0, common).equals(before.subList(0, common)),
        "%s got %s after an older token, and had got %s",
        name,
        now,
        before);
    return isAtTheEnd;
  }

  private List<Place> lasting(List<Place> places) {
    return places.stream().filter(place -> !stage.history().mayBeDeleted(place.runId())).toList();
  }

  private Saved newest() {
    return saved.get(saved.size() - 1);
  }

  /**
   * Reads for so many responses, until the stream ends or, if told so, until the end of the log.
   *
   * @param into gets the events; what comes for {@code kept} is saved with its token
   * @return whether the end was reached
   */
  private boolean read(Saved from, long patience, boolean toTheEnd, List<Place> into) {
    SubscribeAllRequest request =
        selection.toBuilder()
            .setResumeToken(from.token())
            .setNotices(true)
            .setMaxBatch(1 + random.nextInt(20))
            .build();
    boolean isCaughtUp = false;
    try (Inflow<RawResponse<SubscribeAllResponse>> stream = stage.wire().subscribeAll(request)) {
      for (long left = patience; left > 0 && !(toTheEnd && isCaughtUp); left--) {
        RawResponse<SubscribeAllResponse> response = stream.next(stage.wire().patienceMs() / 10);
        if (response != null) {
          SubscribeAllResponse message = response.message();
          stage.tally().add("all runs: " + message.getResponseCase());
          isCaughtUp |= message.hasCaughtUp();
          keep(response, into);
        } else if (stream.isOver()) {
          ended(stream.end());
          return false;
        }
        if (stopped && !toTheEnd) {
          return false;
        }
      }
    }
    stage.tally().add("mirrors that paused");
    return isCaughtUp;
  }

  private void keep(RawResponse<SubscribeAllResponse> response, List<Place> into) {
    for (RawEnvelope envelope : response.envelopes()) {
      into.add(new Place(envelope.runId(), envelope.seq()));
    }
    if (into == kept) {
      saved.add(new Saved(response.message().getResumeToken(), kept.size()));
    }
  }

  private void ended(Answer<Boolean> end) {
    // Nothing that was shown is ever lost.
    Rule.SEEN_IS_KEPT.require(
        !end.reason().equals("INVALID_RESUME_TOKEN"), "%s: a token is refused: %s", name, end);
    switch (end.reason()) {
      case "SHUTTING_DOWN", "STORAGE_UNAVAILABLE", "OVERLOADED" -> {}
      default -> Rule.NO_DEFECT.require(end.isUnknown(), "%s: a stream ended with %s", name, end);
    }
    stage.tally().add("mirrors cut off");
    stage.wire().pause(1 + random.nextInt(1 + stage.wire().patienceMs() / 5));
  }

  public void stop() {
    stopped = true;
  }
}
