package dev.eider.server.sequencer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class ThrottleTest {
  private static final long MIB = 1 << 20;
  private static final long PAUSE_MS_MAX = 20;
  private static final long BOUND = 128 * MIB;

  private final Throttle throttle = new Throttle(PAUSE_MS_MAX);

  @Test
  void shouldSlowNothingWhileDuckDbKeepsUp() {
    observe(MIB, 88 * MIB, 0);
    observe(33 * MIB, 88 * MIB, 1_000);
    assertThat(throttle.pauseMs(8 * MIB)).isZero();
    assertThat(throttle.batchBytesMax(8 * MIB)).isEqualTo(8 * MIB);
  }

  @Test
  void shouldSlowNothingWhileItIsNotKnownHowFastDuckDbIs() {
    observe(0, 120 * MIB, 0);
    assertThat(throttle.pauseMs(8 * MIB)).isZero();
  }

  @Test
  void shouldGoAsFastAsDuckDbAtThreeQuarters() {
    // given 32 MiB in 1,000 ms
    long lacked = BOUND * 3 / 4;
    observe(MIB, lacked, 0);
    observe(33 * MIB, lacked, 1_000);

    // then
    long step = throttle.batchBytesMax(8 * MIB);
    assertThat(step).isCloseTo(32 * MIB * PAUSE_MS_MAX / 1_000, within(1_000L));
    assertThat(throttle.pauseMs(step)).isBetween(PAUSE_MS_MAX - 1, PAUSE_MS_MAX);
    assertThat(throttle.pauseMs(step / 4)).isBetween(PAUSE_MS_MAX / 4 - 1, PAUSE_MS_MAX / 4);
  }

  @Test
  void shouldBeSlowerTheNearerTheBoundAndNeverPauseLong() {
    observe(MIB, 90 * MIB, 0);
    long before = Long.MAX_VALUE;
    for (long lackedMib = 90; lackedMib <= 140; lackedMib += 10) {
      observe(33 * MIB, lackedMib * MIB, 1_000);
      assertThat(throttle.batchBytesMax(8 * MIB)).isLessThanOrEqualTo(before);
      assertThat(throttle.pauseMs(8 * MIB)).isBetween(1L, PAUSE_MS_MAX);
      before = throttle.batchBytesMax(8 * MIB);
    }
    assertThat(before).isZero();
  }

  @Test
  void shouldNotTakeARestForSlowness() {
    // given a rest of a minute, then 32 MiB in 1,000 ms
    observe(MIB, 0, 0);
    observe(MIB, 0, 60_000);
    long lacked = BOUND * 3 / 4;
    observe(MIB, lacked, 60_500);
    observe(33 * MIB, lacked, 61_000);

    // then
    assertThat(throttle.batchBytesMax(8 * MIB)).isGreaterThan(32 * MIB * PAUSE_MS_MAX / 1_100);
  }

  @Test
  void shouldEndWithTheLag() {
    observe(MIB, 120 * MIB, 0);
    observe(33 * MIB, 120 * MIB, 1_000);
    assertThat(throttle.pauseMs(MIB)).isPositive();
    observe(97 * MIB, 10 * MIB, 2_000);
    assertThat(throttle.pauseMs(MIB)).isZero();
  }

  /**
   * DuckDB commits 32 MiB every 1,280 ms, and does nothing for 3 s after every 256 MiB; publishers
   * offer four times as much, in requests of 100 KiB.
   */
  @Test
  void shouldKeepFastPublishersFromTheBoundAndDuckDbBusy() {
    long published = 0;
    long persisted = 0;
    long commitMs = 1_280;
    long nowMs = 0;
    long mostLacked = 0;
    while (nowMs < 120_000) {
      if (nowMs >= commitMs) {
        persisted += Math.min(32 * MIB, published - persisted);
        commitMs += persisted / (256 * MIB) > (persisted - 32 * MIB) / (256 * MIB) ? 4_280 : 1_280;
      }
      observe(persisted, published - persisted, nowMs);
      long batch = 0;
      do {
        batch += 100 << 10;
      } while (batch < throttle.batchBytesMax(8 * MIB));
      published += batch;
      nowMs += Math.max(1, batch / (100 << 10)) + throttle.pauseMs(batch);
      // Until the second transaction it is not known how fast DuckDB is.
      mostLacked = nowMs < 10_000 ? 0 : Math.max(mostLacked, published - persisted);
    }
    assertThat(mostLacked).isLessThan(BOUND);
    assertThat(persisted).isGreaterThan(120 * 15 * MIB);
  }

  private void observe(long position, long lacked, long nowMs) {
    throttle.observe(position, lacked, (double) lacked / BOUND, nowMs);
  }
}
