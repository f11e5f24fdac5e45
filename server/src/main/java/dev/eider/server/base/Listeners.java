package dev.eider.server.base;

import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Whoever wants to be told of something, told in the order in which they came. Thread-safe. */
public final class Listeners<L> {
  private final ConcurrentNavigableMap<Long, L> byNumber = new ConcurrentSkipListMap<>();
  private final AtomicLong lastNumber = new AtomicLong();

  /** Has a listener told from now on. */
  public Registration add(L listener) {
    long number = lastNumber.incrementAndGet();
    byNumber.put(number, listener);
    return () -> byNumber.remove(number);
  }

  /** Does something for each of them; one that comes or goes meanwhile may be left out. */
  public void forEach(Consumer<L> action) {
    byNumber.values().forEach(action);
  }
}
