package dev.eider.it.history;

import java.util.concurrent.atomic.AtomicLong;

/** Counts what clients went through. Thread-safe. */
final class Tally {
  final AtomicLong acked = new AtomicLong();
  final AtomicLong events = new AtomicLong();
  final AtomicLong refused = new AtomicLong();
  final AtomicLong unknown = new AtomicLong();
  final AtomicLong retries = new AtomicLong();
  final AtomicLong repeatsFound = new AtomicLong();
  final AtomicLong doubts = new AtomicLong();
  final AtomicLong full = new AtomicLong();
  final AtomicLong forks = new AtomicLong();
  final AtomicLong closings = new AtomicLong();
  final AtomicLong producersLost = new AtomicLong();

  @Override
  public String toString() {
    return String.format(
        "%d requests with %d events acknowledged (%d sent again, %d found stored already),"
            + " %d refused, %d unknown, %d forks, %d closings",
        acked.get(),
        events.get(),
        retries.get(),
        repeatsFound.get(),
        refused.get(),
        unknown.get(),
        forks.get(),
        closings.get());
  }
}
