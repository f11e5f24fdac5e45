package dev.eider.server.upkeep;

import dev.eider.server.store.StoreException;
import dev.eider.server.store.duckdb.DuckDbStore;
import dev.eider.server.store.rewrite.FileRoom;
import dev.eider.server.upkeep.Upkeep.Chore;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rewrites the file when enough of it is wasted and the disk has room for a copy.
 *
 * <p>Owned by the thread {@code upkeep}.
 */
public final class Rewriter implements Chore {
  private static final Logger LOG = LoggerFactory.getLogger(Rewriter.class);

  /** The interval between two looks at the file. */
  private static final long LOOK_MS = 1_000;

  /** The pause after a failure. */
  private static final long RETRY_MS = 60_000;

  private final DuckDbStore store;
  private final Rule rule;
  private final Interval untilNext;

  /** The waste that the latest rewrite left, if it gained little: not worth another one. */
  private long settledBytes;

  // Written by the thread that stops it, read by the worker.
  private volatile boolean isStopping;

  public Rewriter(DuckDbStore store, Rule rule, InstantSource clock) {
    this.store = store;
    this.rule = rule;
    untilNext = new Interval(clock, LOOK_MS);
  }

  @Override
  public long turn(Runnable wake) {
    if (untilNext.leftMs() == 0) {
      untilNext.begin(look() ? LOOK_MS : RETRY_MS);
    }
    return untilNext.leftMs();
  }

  @Override
  public void askToStop() {
    isStopping = true;
    store.rewriting().end();
  }

  /** Rewrites the file if that is worth it; returns false when it failed. */
  private boolean look() {
    try {
      FileRoom room = store.rewriting().room();
      if (!isDue(room)) {
        return true;
      }
      LOG.info(
          "{} of the file's {} MiB are wasted; rewriting it",
          room.wastedBytes() >> 20,
          room.bytes() >> 20);
      boolean isRewritten = store.rewriting().copy();
      if (isRewritten) {
        FileRoom after = store.rewriting().room();
        // What was deleted while it was copied is worth another one.
        settledBytes = after.bytes() < room.bytes() * 9 / 10 ? 0 : after.wastedBytes();
        LOG.info("the file has {} MiB now", after.bytes() >> 20);
      }
      return isRewritten;
    } catch (StoreException e) {
      if (!isStopping) {
        LOG.warn("the file was not rewritten: {}", e.getMessage());
      }
      return false;
    }
  }

  private boolean isDue(FileRoom room) {
    settledBytes = Math.min(settledBytes, room.wastedBytes());
    long wasted = room.wastedBytes() - settledBytes;
    if (rule.wastedPercent == 0
        || wasted < rule.wastedBytesMin
        || wasted * 100 < rule.wastedPercent * room.bytes()) {
      return false;
    }
    long wanted = room.neededBytes() * 3 / 2 + rule.freeBytesMin;
    if (store.rewriting().usableBytes() < wanted) {
      LOG.debug("a rewrite needs {} free bytes", wanted);
      return false;
    }
    return true;
  }

  /**
   * When the file is rewritten. Immutable.
   *
   * @param wastedPercent of the file; 0 for never
   * @param wastedBytesMin at least so many
   * @param freeBytesMin what the disk must have left besides the copy
   */
  public record Rule(int wastedPercent, long wastedBytesMin, long freeBytesMin) {}
}
