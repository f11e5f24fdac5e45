package dev.eider.it.testkit.workload;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Follows every run of a book live from its first event to its close. Owned by one client; {@link
 * #stop} and what is asked of it are for any thread.
 */
public final class Follower implements Callable<Void> {
  private static final long POLL_MS = 5;

  private final Stage stage;
  private final Map<String, Following> followings = new LinkedHashMap<>();

  /** The runs that it has followed to their end. */
  public final Set<String> finished = ConcurrentHashMap.newKeySet();

  private final Map<String, Long> reached = new ConcurrentHashMap<>();
  private volatile boolean stopped;

  public Follower(Stage stage) {
    this.stage = stage;
  }

  @Override
  public Void call() {
    while (!stopped) {
      for (String runId : stage.book().all()) {
        if (!finished.contains(runId)) {
          takeWhatIsThere(
              followings.computeIfAbsent(
                  runId, id -> new Following(stage, "follower", id, 0, null)));
        }
      }
      stage.wire().pause(POLL_MS);
    }
    followings.values().forEach(Following::leave);
    return null;
  }

  private void takeWhatIsThere(Following following) {
    long before;
    do {
      before = following.lastSeq();
      following.step(0);
      reached.put(following.runId, following.lastSeq());
    } while (!following.isDone() && following.lastSeq() > before);
    if (following.isDone()) {
      following.leave();
      followings.remove(following.runId);
      finished.add(following.runId);
    }
  }

  /** Returns the last seq that it has got of a run. */
  public long reached(String runId) {
    return reached.getOrDefault(runId, 0L);
  }

  public void stop() {
    stopped = true;
  }
}
