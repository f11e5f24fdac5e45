package dev.eider.it.testkit.workload;

import java.util.Random;
import java.util.concurrent.Callable;

/**
 * Looks at one run after the other, open or closed: subscribes from some seq until it has caught
 * up, reads cold, reads a fork's whole story, asks for its digest. Owned by one client; {@link
 * #stop} may be called from any thread.
 */
public final class Visitor implements Callable<Void> {
  private static final int SILENCES_MAX = 3;

  private final Stage stage;
  private final Readings readings;
  private final Random random;
  private volatile boolean stopped;

  public Visitor(String name, Stage stage, Random random) {
    this.stage = stage;
    this.readings = new Readings(stage, name);
    this.random = random;
  }

  @Override
  public Void call() {
    visit(Integer.MAX_VALUE);
    return null;
  }

  /** Makes so many visits, unless it is stopped before. */
  public void visit(int visits) {
    for (int i = 0; i < visits && !stopped; i++) {
      visit(random.nextBoolean() ? stage.book().pick(random) : stage.book().any(random));
      stage.wire().pause(1 + random.nextInt(1 + stage.wire().patienceMs() / 20));
    }
  }

  private void visit(String runId) {
    long head = stage.book().head(runId);
    long after = random.nextBoolean() || head == 0 ? 0 : random.nextLong(head);
    switch (random.nextInt(5)) {
      case 0 -> catchUp(runId, after);
      case 1 -> readings.cold(runId, 0, 0);
      case 2 -> readings.cold(runId, after, after + 1 + random.nextInt(500));
      case 3 -> stage.book().fork(random).ifPresent(fork -> readings.timeline(fork, false));
      default -> readings.get(runId);
    }
  }

  /** Subscribes until it has caught up, or the stream ends, or is silent for long. */
  private void catchUp(String runId, long after) {
    Following following = new Following(stage, "visitor", runId, after, null);
    following.step(0);
    int silences = 0;
    while (following.isUnderWay() && !following.isCaughtUp() && silences < SILENCES_MAX) {
      long before = following.lastSeq();
      following.step(stage.wire().patienceMs());
      silences = following.lastSeq() > before ? 0 : silences + 1;
    }
    following.leave();
  }

  public void stop() {
    stopped = true;
  }
}
