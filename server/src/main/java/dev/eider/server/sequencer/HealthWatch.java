package dev.eider.server.sequencer;

import dev.eider.server.base.BrokerException;
import dev.eider.server.hub.PersistProgress;
import dev.eider.server.log.EventLog;
import dev.eider.server.log.LogWriteException;
import java.time.InstantSource;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells by log and DuckDB whether publishes are taken. Owned by the sequencer thread. */
final class HealthWatch {
  private static final Logger LOG = LoggerFactory.getLogger(HealthWatch.class);
  private static final long PROBE_MS = 250;

  /** How many times its size in the log a record takes in DuckDB's own log and its main file. */
  private static final int PERSIST_SHARE = 5;

  /** The same of a record that is in DuckDB's own log. */
  private static final int CHECKPOINT_SHARE = 3;

  private final EventLog log;
  private final PersistProgress progress;
  private final InstantSource clock;
  private final SequencerConfig config;
  private final Consumer<PublishHealth> onChange;
  private PublishHealth health = PublishHealth.OK;
  private long probedAtMs;
  private long refusedBatches;

  HealthWatch(
      EventLog log,
      PersistProgress progress,
      InstantSource clock,
      SequencerConfig config,
      Consumer<PublishHealth> onChange) {
    this.log = log;
    this.progress = progress;
    this.clock = clock;
    this.config = config;
    this.onChange = onChange;
  }

  PublishHealth health() {
    return health;
  }

  /**
   * Looks how log and DuckDB do, whether or not anybody publishes. What ends a refusal is a probe,
   * a few times a second at most, and not the next batch that happens to fit.
   */
  void check() {
    switch (health) {
      case OK -> {
        if (log.health().usableBytes() < spaceBytesMin(1)) {
          set(PublishHealth.FULL);
        } else if (isStoreStuck()) {
          set(PublishHealth.STORE_BEHIND);
        }
      }
      case FULL, FAILING -> {
        long nowMs = clock.millis();
        if (nowMs - probedAtMs >= PROBE_MS) {
          probedAtMs = nowMs;
          // A little more than what it was refused for, so that it lasts.
          if (log.health().usableBytes() >= spaceBytesMin(2) && log.probe().isWritable()) {
            set(PublishHealth.OK);
          }
        }
      }
      case STORE_BEHIND -> {
        if (!isStoreStuck()) {
          set(PublishHealth.OK);
        }
      }
      case BROKEN -> {}
    }
  }

  /** Takes a failure of the log into account, and returns how those are refused whom it meets. */
  BrokerException refusal(LogWriteException e) {
    PublishHealth now =
        switch (e.kind()) {
          case FULL -> PublishHealth.FULL;
          case FAILED -> PublishHealth.FAILING;
          case BROKEN -> PublishHealth.BROKEN;
        };
    // Once for as long as it lasts: there may be thousands of batches a second.
    if (now != health) {
      LOG.warn("the log does not take what is published", e);
      probedAtMs = clock.millis();
    }
    refusedBatches++;
    set(now);
    return now == PublishHealth.FULL
        ? BatchRoom.diskFull()
        : BrokerException.unavailable("the log could not be written: " + e.getMessage());
  }

  /**
   * Returns what must be free: the reserve, and room for DuckDB, which keeps its files on the same
   * disk, to take all that the log holds. The log can be trimmed only after that; without the room,
   * a disk that got full would stay full.
   */
  private long spaceBytesMin(int margin) {
    long uncheckpointedBytes = progress.position() - progress.checkpointedPosition();
    long storeBytes = PERSIST_SHARE * unpersistedBytes() + CHECKPOINT_SHARE * uncheckpointedBytes;
    return config.diskReserveBytes() * (7 + margin) / 8 + margin * storeBytes;
  }

  private boolean isStoreStuck() {
    return progress.isFailing() && unpersistedBytes() > config.unpersistedBytesMax();
  }

  private long unpersistedBytes() {
    return log.endPosition() - progress.position();
  }

  private void set(PublishHealth now) {
    if (now != health) {
      if (now == PublishHealth.OK && refusedBatches > 0) {
        LOG.info("publishes are taken again; {} batches were not", refusedBatches);
        refusedBatches = 0;
      }
      health = now;
      onChange.accept(now);
    }
  }
}
