package dev.eider.server.run;

import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.RunDigest;
import dev.eider.server.event.RunId;

/**
 * The sums of the events of one run: count, largest t, cost and digest, computed as {@link Fold}
 * does. Owned by one thread.
 */
public final class RunSums {
  private long headSeq;
  private int lastT = -1;
  private double costUsd;
  private byte[] digest;

  public RunSums(RunId runId) {
    digest = RunDigest.initial(runId);
  }

  /** Adds the event that comes next. */
  public void add(EncodedEvent event) {
    headSeq++;
    lastT = Math.max(lastT, event.t());
    costUsd += event.costUsd();
    digest = RunDigest.next(digest, event.hash());
  }

  /** Returns the seq of the last event; 0 without any. */
  public long headSeq() {
    return headSeq;
  }

  /** Returns the largest t; -1 without any. */
  public int lastT() {
    return lastT;
  }

  public double costUsd() {
    return costUsd;
  }

  /** Returns the digest so far, which must not be written to. */
  public byte[] digest() {
    return digest;
  }

  /** Returns the sums as those of a run whose producers are not known. */
  public FoldedRun.Totals totals() {
    return new FoldedRun.Totals(headSeq, lastT, costUsd, digest, ProducerTable.EMPTY);
  }
}
