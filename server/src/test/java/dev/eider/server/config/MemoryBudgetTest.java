package dev.eider.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class MemoryBudgetTest {
  private static final ServerConfig DEFAULTS =
      ServerConfig.defaults(Path.of("data")).withHeap(1L << 30);

  /** What is left of the launcher's -Xmx1g by a collector that keeps a part for itself. */
  private static final long SMALLER_HEAP_BYTES = 980L << 20;

  @Test
  void shouldFitTheDefaultsIntoTheHeapOfTheLauncher() {
    MemoryBudget budget = MemoryBudget.require(DEFAULTS, 1L << 30);
    assertThat(budget.heapBytes()).as("%s", budget).isBetween(960L << 20, 1L << 30);
    assertThat(budget.directBytes()).as("%s", budget).isBetween(480L << 20, 500L << 20);
    MemoryBudget.require(DEFAULTS.withHeap(SMALLER_HEAP_BYTES), SMALLER_HEAP_BYTES);
  }

  @Test
  void shouldCountWhatASettingAllows() {
    // given
    long heap = MemoryBudget.of(DEFAULTS).heapBytes();
    long direct = MemoryBudget.of(DEFAULTS).directBytes();

    // when
    long more = 1L << 30;
    ServerConfig tail =
        DEFAULTS.with(Setting.TAIL_BYTES_MAX, 33L << 20).with("tail-bytes-max", "0");
    ServerConfig runs =
        DEFAULTS.with(Setting.RUN_BYTES_MAX, DEFAULTS.get(Setting.RUN_BYTES_MAX) + more);
    ServerConfig outbound =
        DEFAULTS.with(Setting.OUTBOUND_BYTES_MAX, DEFAULTS.get(Setting.OUTBOUND_BYTES_MAX) + more);

    // then
    assertThat(MemoryBudget.of(tail).heapBytes())
        .isEqualTo(heap - DEFAULTS.get(Setting.TAIL_BYTES_MAX));
    assertThat(MemoryBudget.of(runs).heapBytes()).isEqualTo(heap + more);
    assertThat(MemoryBudget.of(outbound).directBytes()).isEqualTo(direct + more);
  }

  @Test
  void shouldCountLibrariesWhenThereAreAny() {
    ServerConfig config = DEFAULTS.withLibraries(List.of(Path.of("games")));
    MemoryBudget budget = MemoryBudget.of(config);
    assertThat(budget.heapBytes()).isBetween(MemoryBudget.of(DEFAULTS).heapBytes() + 1, 1L << 30);
    ServerConfig more = config.with(Setting.LIBRARY_RUNS_MAX, 1_000_000);
    assertThat(MemoryBudget.of(more).heapBytes()).isGreaterThan(budget.heapBytes() + (1L << 30));
  }

  @Test
  void shouldSayWhatToRaiseOrToLower() {
    ServerConfig small = DEFAULTS.withHeap(256L << 20);
    assertThatThrownBy(() -> MemoryBudget.require(small, Long.MAX_VALUE))
        .isInstanceOf(StartupException.class)
        .hasMessageMatching(
            "the settings need (\\d+) MiB of heap and this JVM has 256 MiB; the most is .*"
                + "unpersisted-bytes-max.*; raise it with EIDER_JAVA_OPTS=-Xmx\\1m or .*");
    assertThatThrownBy(() -> MemoryBudget.require(DEFAULTS, 1 << 20))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining("MiB of direct memory")
        .hasMessageContaining("-XX:MaxDirectMemorySize=");
  }

  @Test
  void shouldAskForTheLeastHeapThatIsEnough() {
    for (ServerConfig config :
        List.of(
            DEFAULTS,
            DEFAULTS.with(Setting.REQUEST_BYTES_MAX, 1 << 20),
            DEFAULTS.with(Setting.RUN_BYTES_MAX, 1L << 30))) {
      // given
      long asked = askedMib(config) << 20;

      // then
      MemoryBudget.require(config.withHeap(asked), Long.MAX_VALUE);
      assertThat(askedMib(config.withHeap(asked - (1 << 20)))).isEqualTo(asked >> 20);
    }
  }

  /** Returns the heap that a start asks for. */
  private static long askedMib(ServerConfig config) {
    ServerConfig least = config.heapBytes() == 1L << 30 ? config.withHeap(1 << 20) : config;
    try {
      MemoryBudget.require(least, Long.MAX_VALUE);
      throw new AssertionError("started with " + least.heapBytes());
    } catch (StartupException e) {
      return Long.parseLong(String.valueOf(e.getMessage()).replaceAll(".*-Xmx(\\d+)m.*", "$1"));
    }
  }
}
