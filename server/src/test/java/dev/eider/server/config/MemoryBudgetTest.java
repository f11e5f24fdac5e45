package dev.eider.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class MemoryBudgetTest {
  private static final ServerConfig DEFAULTS = ServerConfig.defaults(Path.of("data"));

  /** The launcher's -Xmx1g, of which some collectors keep a part for themselves. */
  private static final long LAUNCHER_HEAP_BYTES = 980L << 20;

  @Test
  void shouldFitTheDefaultsIntoTheHeapOfTheLauncher() {
    MemoryBudget budget = MemoryBudget.of(DEFAULTS);
    assertThat(budget.heapBytes()).as("%s", budget).isBetween(1L, LAUNCHER_HEAP_BYTES);
    assertThat(budget.directBytes()).as("%s", budget).isBetween(1L, LAUNCHER_HEAP_BYTES);
    budget.requireWithin(LAUNCHER_HEAP_BYTES, LAUNCHER_HEAP_BYTES);
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
    ServerConfig inbound =
        DEFAULTS.with(Setting.INBOUND_BYTES_MAX, DEFAULTS.get(Setting.INBOUND_BYTES_MAX) + more);

    // then
    assertThat(MemoryBudget.of(tail).heapBytes())
        .isEqualTo(heap - DEFAULTS.get(Setting.TAIL_BYTES_MAX));
    assertThat(MemoryBudget.of(runs).heapBytes()).isEqualTo(heap + more);
    assertThat(MemoryBudget.of(inbound).directBytes()).isEqualTo(direct + more);
  }

  @Test
  void shouldCountLibrariesWhenThereAreAny() {
    ServerConfig config = DEFAULTS.withLibraries(List.of(Path.of("games")));
    MemoryBudget budget = MemoryBudget.of(config);
    assertThat(budget.heapBytes())
        .isBetween(MemoryBudget.of(DEFAULTS).heapBytes() + 1, LAUNCHER_HEAP_BYTES);
    ServerConfig more = config.with(Setting.LIBRARY_RUNS_MAX, 1_000_000);
    assertThat(MemoryBudget.of(more).heapBytes()).isGreaterThan(budget.heapBytes() + (1L << 30));
  }

  @Test
  void shouldSayWhatToRaiseOrToLower() {
    MemoryBudget budget = MemoryBudget.of(DEFAULTS);
    long needed = (budget.heapBytes() + (1 << 20) - 1) >> 20;
    assertThatThrownBy(() -> budget.requireWithin(256L << 20, Long.MAX_VALUE))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining("the settings need " + needed + " MiB of heap")
        .hasMessageContaining("this JVM has 256 MiB")
        .hasMessageContaining("EIDER_JAVA_OPTS=-Xmx" + needed + "m")
        .hasMessageContaining("unpersisted-bytes-max");
    assertThatThrownBy(() -> budget.requireWithin(Long.MAX_VALUE, 1 << 20))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining("MiB of direct memory")
        .hasMessageContaining("-XX:MaxDirectMemorySize=");
  }
}
