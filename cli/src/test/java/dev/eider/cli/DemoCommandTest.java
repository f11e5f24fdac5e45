package dev.eider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class DemoCommandTest {

  @Test
  void shouldTellTheWholeStoryTheSameWayTwice() {
    // when
    CommandLineRun first = CommandLineRun.of("demo", "--once");
    CommandLineRun second = CommandLineRun.of("demo", "--once");

    // then
    assertThat(first.err()).isEmpty();
    assertThat(first.exitCode()).isZero();
    assertThat(first.out())
        .contains("world_mutation  ", "ada wins gold-rush, bo wins gold-rush-horse")
        .contains("all 198 events", "all 100 events", "grpcurl -plaintext 127.0.0.1:");
    assertThat(first.out().lines().count()).isBetween(60L, 95L);
    assertThat(first.out().lines()).allMatch(line -> line.length() <= 110);
    assertThat(withoutPlace(second.out())).isEqualTo(withoutPlace(first.out()));
  }

  /** Masks port and directory, the only things in which two demos differ. */
  private static String withoutPlace(String story) {
    return story
        .replaceAll("127\\.0\\.0\\.1:\\d+", "ADDRESS")
        .replaceAll("data {5}\\S+", "DIRECTORY");
  }
}
