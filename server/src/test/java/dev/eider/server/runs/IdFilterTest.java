package dev.eider.server.runs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.event.RunId;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class IdFilterTest {
  private static final int IDS = 200_000;

  private final IdFilter filter = new IdFilter();

  @Test
  void shouldFindEveryIdThatWasAddedAndTakeFewOthersForKnown() {
    // when it has grown several times
    long bytes = filter.bytes();
    IntStream.range(0, IDS).forEach(i -> filter.add(hash("known-", i)));

    // then
    assertThat(IntStream.range(0, IDS)).allMatch(i -> filter.mayContain(hash("known-", i)));
    assertThat(filter.bytes()).isBetween(4 * bytes, 8L * IDS);
    long wrong = IntStream.range(0, IDS).filter(i -> filter.mayContain(hash("other-", i))).count();
    assertThat(wrong).isLessThan(IDS / 5_000);
  }

  @Test
  void shouldNotGrowByWhatItKnows() {
    // when
    long bytes = filter.bytes();
    for (int i = 0; i < IDS; i++) {
      filter.add(hash("same-", i % 100));
    }

    // then
    assertThat(filter.bytes()).isEqualTo(bytes);
  }

  @Test
  void shouldFindADeletedIdByTheFirstBytesOfItsHash() {
    byte[] whole = hash("deleted-", 1);
    filter.add(Arrays.copyOf(whole, IdFilter.HASH_BYTES));
    assertThat(filter.mayContain(whole)).isTrue();
  }

  @Test
  void shouldKeepRunIdsAndRequestIdsApart() {
    filter.add(IdFilter.hash("a"));
    assertThat(filter.mayContain(IdFilter.hash(new RunId("a")))).isFalse();
    assertThat(filter.mayContain(IdFilter.hash("a"))).isTrue();
  }

  private static byte[] hash(String prefix, int number) {
    return IdFilter.hash(new RunId(prefix + number));
  }
}
