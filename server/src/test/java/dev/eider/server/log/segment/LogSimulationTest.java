package dev.eider.server.log.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.eider.server.log.LogRecord;
import dev.eider.server.log.LogWriteException;
import dev.eider.server.log.LogWriteException.Kind;
import dev.eider.server.log.segment.FaultyDisk.Call;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A long life of one log under the faults of {@link FaultyDisk}, step by step from a seed. After
 * each start: what was forced is there, a batch that failed is not, what is there is a prefix of
 * what was committed, and no legal fault is taken for damage.
 *
 * <p>{@code -Deider.log.seed=N} runs one seed.
 */
@Timeout(120)
final class LogSimulationTest {
  private static final int STEPS = 300;

  static LongStream seeds() {
    return LogSamples.seeds(100);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void shouldKeepItsPromises(long seed) throws Exception {
    try {
      new Life(seed).run();
    } catch (Throwable e) {
      System.err.println("repeat with -Deider.log.seed=" + seed);
      throw e;
    }
  }

  private static final class Life {
    private final Random random;
    private FaultyDisk disk;
    private SegmentedLog log;
    private int texts;

    /** In the log, in order. */
    private List<String> committed = new ArrayList<>();

    /** So many of them survive a crash. */
    private int forced;

    /** What the batch under way, or one that broke the log, may have left behind. */
    private List<String> inDoubt = List.of();

    private long firstNeeded;
    private int trimmed;

    Life(long seed) {
      random = new Random(seed);
      disk = new FaultyDisk(random);
    }

    void run() throws Exception {
      start();
      for (int step = 0; step < STEPS; step++) {
        planFault();
        switch (random.nextInt(20)) {
          case 0 -> restart(true);
          case 1 -> restart(false);
          case 2 -> attempt(log::force, List.of(), true);
          case 3, 4 -> attempt(log::settle, List.of(), true);
          case 5 -> trim();
          default -> commit();
        }
        if (disk.isCrashed()) {
          restart(true);
        }
      }
      disk.heal();
      restart(true);
    }

    private void planFault() {
      disk.heal();
      int dice = random.nextInt(30);
      if (dice < Call.values().length) {
        disk.failIn(1 + random.nextInt(2), Call.values()[dice]);
        if (random.nextInt(4) == 0) {
          disk.failIn(1 + random.nextInt(2), Call.values()[random.nextInt(6)]);
        }
      } else if (dice == 10) {
        disk.limitFreeBytes(random.nextInt(200));
      } else if (dice == 11) {
        disk.crashIn(1 + random.nextInt(8));
      }
    }

    private void commit() {
      List<String> batch = new ArrayList<>();
      for (int n = random.nextInt(4); n >= 0; n--) {
        batch.add(texts++ + "-" + "x".repeat(random.nextInt(150)));
        log.append(LogSamples.RUN, 1, LogSamples.body(batch.get(batch.size() - 1)));
      }
      boolean force = random.nextInt(4) > 0;
      attempt(() -> log.commit(force), batch, force);
    }

    private void attempt(Step step, List<String> batch, boolean forces) {
      long end = log.endPosition();
      try {
        step.run();
        committed.addAll(batch);
        if (forces) {
          forced = committed.size();
          assertThat(log.forcedPosition()).isEqualTo(log.endPosition());
        }
      } catch (LogWriteException e) {
        assertThat(log.endPosition()).isEqualTo(end);
        if (disk.isCrashed() || e.kind() == Kind.BROKEN) {
          inDoubt = inDoubt.isEmpty() ? batch : inDoubt;
        }
      }
      if (!disk.isCrashed() && random.nextInt(5) == 0) {
        assertThat(LogSamples.texts(LogSamples.records(log, firstNeeded)))
            .isEqualTo(committed.subList(trimmed, committed.size()));
      }
    }

    private void trim() {
      if (forced > trimmed) {
        List<LogRecord> records = LogSamples.records(log, firstNeeded);
        int count = random.nextInt(forced - trimmed + 1);
        if (count > 0) {
          firstNeeded = records.get(count - 1).nextPosition();
          trimmed += count;
          log.trim(firstNeeded);
        }
      }
    }

    private void restart(boolean powerLost) throws IOException {
      if (powerLost) {
        disk = disk.afterCrash();
      } else if (random.nextBoolean()) {
        log.close();
      }
      if (disk.isCrashed()) {
        disk = disk.afterCrash();
      }
      if (random.nextInt(4) == 0) {
        disk.crashIn(1 + random.nextInt(6));
      }
      start();
      check();
    }

    private void start() throws IOException {
      while (true) {
        try {
          log = SegmentedLog.open(disk, LogSamples.SMALL, firstNeeded);
          return;
        } catch (IOException e) {
          disk = disk.isCrashed() ? disk.afterCrash() : disk;
          disk.heal();
        }
      }
    }

    private void check() {
      List<String> found = LogSamples.texts(LogSamples.records(log, firstNeeded));
      List<String> possible = new ArrayList<>(committed.subList(trimmed, committed.size()));
      possible.addAll(inDoubt);
      if (found.size() > possible.size() || !possible.subList(0, found.size()).equals(found)) {
        fail("found %s, may be a prefix of %s", found, possible);
      }
      assertThat(found).hasSizeGreaterThanOrEqualTo(forced - trimmed);
      committed = new ArrayList<>(committed.subList(0, trimmed));
      committed.addAll(found);
      forced = committed.size();
      inDoubt = List.of();
    }
  }

  private interface Step {
    void run() throws LogWriteException;
  }
}
