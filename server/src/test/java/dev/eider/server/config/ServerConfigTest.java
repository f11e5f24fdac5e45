package dev.eider.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(30)
final class ServerConfigTest {
  private static final ServerConfig DEFAULTS =
      ServerConfig.defaults(Path.of("data")).withHeap(1L << 30);

  /** Key, default with the 1 GiB of heap of the launcher, smallest and largest value. */
  private static final String TABLE =
      """
      force-interval-ms         10          1        10000
      grace-ms                  60000       0        86400000
      heartbeat-ms              15000       100      3600000
      keepalive-ms              20000       10000    3600000
      keepalive-timeout-ms      10000       100      600000
      connection-idle-ms        0           0        86400000
      connection-age-ms         0           0        86400000
      connection-grace-ms       60000       0        86400000
      outbound-bytes-max        67108864    1048576  17179869184
      request-bytes-max         16777216    1024     67108864
      events-per-request-max    10000       1        100000
      subscriptions-max         10000       1        1000000
      subscribe-all-max         64          1        10000
      watch-changes-max         26214       100      10000000
      open-runs-max             200000      1        10000000
      run-bytes-max             100663296   1048576  68719476736
      producers-per-run-max     1000        1        100000
      queue-requests-max        10000       1        1000000
      batch-bytes-max           8388608     1024     268435456
      segment-bytes-max         67108864    4096     1073741824
      tail-bytes-max            10485760    0        68719476736
      unpersisted-bytes-max     134217728   4096     68719476736
      disk-reserve-bytes        16777216    1048576  1099511627776
      persist-linger-ms         1000        0        60000
      persist-batch-events-max  122880      1        1228800
      checkpoint-bytes          268435456   1024     68719476736
      checkpoint-idle-ms        2000        10       3600000
      store-memory-bytes-max    536870912   67108864 1099511627776
      store-threads-max         2           1        256
      store-readers-max         3           1        64
      retention-age-ms          0           0        3153600000000
      retention-runs-max        0           0        1000000000
      retention-bytes-max       0           0        1125899906842624
      retention-round-ms        60000       100      86400000
      rewrite-wasted-percent    30          0        99
      rewrite-wasted-bytes-min  67108864    262144   1099511627776
      query-concurrent-max      2           1        64
      query-ms-max              30000       100      3600000
      query-rows-max            1000000     1        1000000000
      transfers-max             2           1        16
      transfer-ms-max           600000      1000     86400000
      transfer-bytes-max        4294967296  1024     1099511627776
      transfer-runs-max         10000       1        1000000
      library-runs-max          4000        1        10000000
      library-scan-ms           60000       0        86400000
      close-wait-ms             30000       100      600000
      stop-ms                   8000        100      600000
      """;

  @Test
  void shouldHaveTheseKeysDefaultsAndRanges() {
    // given
    Map<String, String> expected = new HashMap<>();
    TABLE.lines().map(line -> line.split(" +", 2)).forEach(row -> expected.put(row[0], row[1]));

    // then
    assertThat(Setting.values()).hasSize(expected.size());
    for (Setting setting : Setting.values()) {
      long[] row =
          Arrays.stream(expected.getOrDefault(setting.key(), "").split(" +"))
              .mapToLong(Long::parseLong)
              .toArray();
      assertThat(new long[] {DEFAULTS.get(setting), setting.min(), setting.max()})
          .as(setting.key())
          .isEqualTo(row);
    }
  }

  @Test
  void shouldFollowTheHeapWhereNothingElseIsSaid() {
    // given
    ServerConfig large = DEFAULTS.withHeap(4L << 30);
    ServerConfig small = DEFAULTS.withHeap(1 << 20);

    // then
    for (Setting setting : Setting.values()) {
      long expected = DEFAULTS.get(setting) * (setting.followsHeap() ? 4 : 1);
      assertThat(large.get(setting)).as(setting.key()).isBetween(expected, expected + 3);
      assertThat(small.get(setting)).isEqualTo(DEFAULTS.withHeap(128 << 20).get(setting));
    }
    assertThat(large.with(Setting.TAIL_BYTES_MAX, 7).get(Setting.TAIL_BYTES_MAX)).isEqualTo(7);
    assertThat(DEFAULTS.get(HeapShare.CALLS)).isEqualTo(16_384);
    assertThat(large.get(HeapShare.INBOUND)).isEqualTo(256 << 20);
    assertThat(DEFAULTS.withHeap(1L << 40).get(Setting.UNPERSISTED_BYTES_MAX))
        .isEqualTo(Setting.UNPERSISTED_BYTES_MAX.max());
  }

  @Test
  void shouldListenOnLoopbackAndForceByDefault() {
    assertThat(DEFAULTS.host()).isEqualTo("127.0.0.1");
    assertThat(DEFAULTS.port()).isEqualTo(7117);
    assertThat(DEFAULTS.durability()).isEqualTo("fsync");
    assertThat(DEFAULTS.with("durability", "async").durability()).isEqualTo("async");
    assertThat(DEFAULTS.with("durability", "async").with("durability", "fsync").async()).isFalse();
    assertThat(DEFAULTS.at("::1", 0).host()).isEqualTo("::1");
  }

  @ParameterizedTest
  @EnumSource(Setting.class)
  void shouldTakeBothEndsOfARangeAndNothingOutside(Setting setting) {
    assertThat(DEFAULTS.with(setting.key(), "" + setting.min()).get(setting))
        .isEqualTo(setting.min());
    assertThat(DEFAULTS.with(setting.key(), "" + setting.max()).get(setting))
        .isEqualTo(setting.max());
    for (long outside : new long[] {setting.min() - 1, setting.max() + 1}) {
      assertThatThrownBy(() -> DEFAULTS.with(setting, outside))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "%s is %d; it must be from %d to %d",
              setting.key(), outside, setting.min(), setting.max());
    }
    assertThat(setting.description()).isNotBlank();
  }

  @ParameterizedTest
  @CsvSource({
    "durability, sync, durability is sync; it must be fsync or async",
    "grace-ms, soon, grace-ms is soon; it must be a whole number",
    "grace_ms, 1, there is no setting grace_ms; did you mean grace-ms?",
    "durabilty, async, there is no setting durabilty; did you mean durability?",
    "heartbeat, 1, there is no setting heartbeat; did you mean heartbeat-ms?",
    "retention-age, 1, there is no setting retention-age; did you mean retention-age-ms?",
    "speed, 1, there is no setting speed",
    "calls-max, 1, 'calls-max is no setting any more: it is a share of the heap, so change -Xmx'",
    "diffs-max, 1, diffs-max is no setting any more: it is always 16",
  })
  void shouldSayWhatIsWrong(String key, String value, String message) {
    assertThatThrownBy(() -> DEFAULTS.with(key, value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void shouldRefuseAPortThatCannotBe() {
    assertThatThrownBy(() -> DEFAULTS.at("localhost", 65_536)).hasMessageContaining("0 to 65535");
    assertThatThrownBy(() -> DEFAULTS.at("localhost", -1)).hasMessageContaining("0 to 65535");
  }
}
