package dev.eider.bench.peer;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;

/**
 * Commits what has been handed over, in that order, as a connection does it best: all that waits
 * goes into the next commit, so a slow commit makes the next one larger instead of later. It starts
 * and owns a thread, the only one that uses the link; {@link #add} is called by one thread.
 *
 * @param <B> a batch as it is sent
 */
final class GroupCommit<B> implements AutoCloseable {
  private static final int BATCHES_WAITING_MAX = 65_536;
  private static final int BATCHES_A_GROUP_MAX = 1_024;

  private final BlockingQueue<Waiting<B>> queue = new ArrayBlockingQueue<>(BATCHES_WAITING_MAX);
  private final ArrayDeque<List<Waiting<B>>> underWay = new ArrayDeque<>();
  private final Link<B> link;
  private final int groupsUnderWayMax;
  private final Thread thread;

  /** Written once by close or by the thread, read by both. */
  private volatile boolean ended;

  /** A connection that commits groups. Used by the thread of the group commit alone. */
  interface Link<B> extends AutoCloseable {
    /** Sends a group, to be committed as a whole; may wait for its commit. */
    void send(List<B> group) throws Exception;

    /** Waits until the oldest group sent is committed. */
    void awaitCommit() throws Exception;
  }

  private record Waiting<B>(B batch, CompletableFuture<Void> committed) {}

  /**
   * Starts the thread.
   *
   * @param groupsUnderWayMax how many groups may be sent before the first is committed
   */
  GroupCommit(String name, Link<B> link, int groupsUnderWayMax) {
    this.link = link;
    this.groupsUnderWayMax = groupsUnderWayMax;
    this.thread = new Thread(this::work, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** Hands a batch over; blocks only if very many wait. The future ends on the thread. */
  CompletableFuture<Void> add(B batch) throws InterruptedException {
    Waiting<B> waiting = new Waiting<>(batch, new CompletableFuture<>());
    while (!queue.offer(waiting, 100, MILLISECONDS)) {
      if (ended) {
        break;
      }
    }
    if (ended) {
      waiting.committed().completeExceptionally(new IllegalStateException("the writer has ended"));
    }
    return waiting.committed();
  }

  private void work() {
    try (link) {
      while (!ended) {
        Waiting<B> first = underWay.isEmpty() ? queue.poll(50, MILLISECONDS) : pollIfRoom();
        if (first != null) {
          send(first);
        } else if (!underWay.isEmpty()) {
          link.awaitCommit();
          underWay.remove().forEach(waiting -> waiting.committed().complete(null));
        }
      }
      fail(new IllegalStateException("the publisher is closed"));
    } catch (Exception e) {
      ended = true;
      fail(e);
    }
  }

  private Waiting<B> pollIfRoom() {
    return underWay.size() < groupsUnderWayMax ? queue.poll() : null;
  }

  private void send(Waiting<B> first) throws Exception {
    List<Waiting<B>> group = new ArrayList<>();
    group.add(first);
    queue.drainTo(group, BATCHES_A_GROUP_MAX - 1);
    underWay.add(group);
    link.send(group.stream().map(Waiting::batch).toList());
  }

  private void fail(Exception cause) {
    List<Waiting<B>> left = new ArrayList<>();
    underWay.forEach(left::addAll);
    queue.drainTo(left);
    left.forEach(waiting -> waiting.committed().completeExceptionally(cause));
  }

  /** Ends the thread once the commits under way have ended; waits a little for it. */
  @Override
  public void close() throws InterruptedException {
    ended = true;
    thread.join(5_000);
  }
}
