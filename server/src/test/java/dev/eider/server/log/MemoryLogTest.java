package dev.eider.server.log;

import dev.eider.server.log.LogWriteException.Kind;

final class MemoryLogTest extends EventLogContract {
  private final MemoryLog log = new MemoryLog();

  @Override
  EventLog open() {
    return log;
  }

  @Override
  EventLog openAfterCrash(long firstNeededPosition) {
    return log.afterCrash();
  }

  @Override
  void failWrites() {
    log.failWith(Kind.FAILED);
  }

  @Override
  void failForces() {
    log.failWith(Kind.FAILED);
  }

  @Override
  void heal() {
    log.failWith(null);
  }
}
