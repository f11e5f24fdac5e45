package dev.eider.it;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.util.concurrent.CountDownLatch;

/** Holds threads back while it is closed. Thread-safe; opened and closed by the test thread. */
public final class Gate {
  private static final long WAIT_SECONDS_MAX = 120;

  private volatile CountDownLatch latch = new CountDownLatch(1);

  public void open() {
    latch.countDown();
  }

  public void close() {
    latch = new CountDownLatch(1);
  }

  public void pass() throws InterruptedException {
    if (!latch.await(WAIT_SECONDS_MAX, SECONDS)) {
      throw new AssertionError("the gate stayed closed for " + WAIT_SECONDS_MAX + " s");
    }
  }
}
