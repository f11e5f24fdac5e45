package dev.eider.it.sim;

import dev.eider.it.testkit.workload.Tally;
import dev.eider.server.log.segment.FaultyDisk;
import dev.eider.server.log.segment.FaultyDisk.Call;
import java.util.Random;

/**
 * What may go wrong, all of it legal: the daemon has to keep its promises through it.
 *
 * <ul>
 *   <li>Power is lost, at any call to the disk or the store or between two: what was not forced is
 *       there, or not, sector by sector.
 *   <li>The process dies, at any such point: the disk keeps what was written.
 *   <li>The log's disk fails a write after any part of it, a force, a cut, a deletion, an opening;
 *       it is full for a while.
 *   <li>The store fails as {@link SimStore} says.
 *   <li>The network loses a request or an answer, holds one up, and lets it overtake another.
 *   <li>Readers are slow, stop reading, go away and come back; threads get their turns unfairly.
 * </ul>
 *
 * <p>What was forced is never lost and never changed: that is damage, which another suite has.
 */
final class Faults {
  private final Random random;
  private final boolean storeFails;
  private final boolean diskFails;
  private final boolean networkFails;
  private boolean isOn = true;

  Faults(Random random) {
    this.random = random;
    storeFails = random.nextInt(4) > 0;
    diskFails = random.nextInt(4) > 0;
    networkFails = random.nextInt(4) > 0;
  }

  /** Lets nothing fail from now on. */
  void stop() {
    isOn = false;
  }

  boolean areOn() {
    return isOn;
  }

  /** Returns whether the store fails this time: once in {@code oneIn} times. */
  boolean happens(int oneIn) {
    return isOn && storeFails && random.nextInt(oneIn) == 0;
  }

  /** Returns whether the network fails this time. */
  boolean onTheNetwork(int oneIn) {
    return isOn && networkFails && random.nextInt(oneIn) == 0;
  }

  /** Has a disk fail at one of its next calls, or get full. */
  void planOn(FaultyDisk disk, Tally tally) {
    if (!isOn || !diskFails) {
      return;
    }
    if (random.nextInt(4) == 0) {
      disk.limitFreeBytes(random.nextInt(600));
      tally.add("full disks");
    } else {
      Call[] calls = Call.values();
      disk.failIn(1 + random.nextInt(4), calls[random.nextInt(calls.length)]);
    }
  }
}
