package dev.eider.server.log;

import dev.eider.server.log.segment.FaultyDisk;
import dev.eider.server.log.segment.LogConfig;
import dev.eider.server.log.segment.SegmentedLog;
import java.io.IOException;
import java.util.Random;

/** The log in files, with segments of a few records. */
final class LocalLogTest extends EventLogContract {
  private static final LogConfig SMALL = new LogConfig(512, 1 << 20);

  private final FaultyDisk disk = new FaultyDisk(new Random(1));

  @Override
  EventLog open() throws IOException {
    return SegmentedLog.open(disk, SMALL, 0);
  }

  @Override
  EventLog openAfterCrash(long firstNeededPosition) throws IOException {
    return SegmentedLog.open(disk.afterCrash(), SMALL, firstNeededPosition);
  }

  @Override
  void failWrites() {
    disk.failIn(1, FaultyDisk.Call.WRITE);
  }

  @Override
  void failForces() {
    disk.failIn(1, FaultyDisk.Call.FORCE);
  }

  @Override
  void heal() {
    disk.heal();
  }
}
