package dev.eider.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.run.FoldedRun;
import org.jspecify.annotations.Nullable;

/** Compares runs by all that a store keeps of them. */
public final class RunAssertions {
  private RunAssertions() {}

  public static void assertSame(@Nullable FoldedRun actual, FoldedRun expected) {
    assertThat(actual).usingRecursiveComparison().ignoringFields("producers").isEqualTo(expected);
    assertThat(actual.producers().toBytes()).isEqualTo(expected.producers().toBytes());
  }
}
