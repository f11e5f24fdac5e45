package dev.eider.server.sequencer;

import dev.eider.server.event.RunId;

/**
 * Says where a run is written. A run belongs to one shard of the log for life, and each shard has
 * one writer at a time.
 *
 * <p>Correctness never hangs on it: where two daemons both believe they own a shard, the fold skips
 * the loser's records. Implementations are thread-safe.
 */
@FunctionalInterface
public interface ShardMap {
  /** The map of a daemon that is alone with its log: one shard, its own. */
  ShardMap LOCAL = runId -> new Shard(0, true);

  /** Returns the shard of a run. Does not block. */
  Shard shardOf(RunId runId);

  /**
   * A part of the log with one writer.
   *
   * @param number from 0
   * @param isOwnedHere whether this daemon is its writer
   */
  record Shard(int number, boolean isOwnedHere) {}
}
