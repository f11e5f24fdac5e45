package dev.eider.server.run;

import static dev.eider.server.run.ProducerTable.STRETCHES_KEPT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Objects;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class ProducerTableTest {
  @Test
  void shouldKnowTheSeqsOfEachTurnThatAProducerTook() {
    // given
    ProducerTable table =
        ProducerTable.EMPTY
            .accepted(stamp("a", 0, 1), 1, 2)
            .accepted(stamp("b", 0, 1), 3, 3)
            .accepted(stamp("a", 0, 3), 6, 2);

    // when
    ProducerState a = find(table, "a");

    // then
    assertThat(LongStream.rangeClosed(1, 5).map(a::seqOf)).containsExactly(1L, 2L, 6L, 7L, 0L);

    assertThat(a.lastSeq()).isEqualTo(4);
    assertThat(find(table, "b").stretches()).containsExactly(new Stretch(1, 3, 3));
    assertThat(table.size()).isEqualTo(2);
  }

  @Test
  void shouldNeedOneStretchForAProducerThatIsAlone() {
    // when
    ProducerTable table = ProducerTable.EMPTY;
    for (int i = 0; i < 10_000; i++) {
      table = table.accepted(stamp("a", 0, 1 + i), 1 + i, 1);
    }

    // then
    assertThat(find(table, "a").stretches()).containsExactly(new Stretch(1, 1, 10_000));
  }

  @Test
  void shouldKeepAThousandStretchesAtLeastAndTwiceThatAtMost() {
    // when
    ProducerTable table = ProducerTable.EMPTY;
    int turns = 5 * STRETCHES_KEPT;
    for (int i = 0; i < turns; i++) {
      table = table.accepted(stamp("a", 0, 1 + i), 1 + 2L * i, 1);
      assertThat(find(table, "a").stretches())
          .hasSizeBetween(Math.min(i + 1, STRETCHES_KEPT), 2 * STRETCHES_KEPT);
    }

    // then
    ProducerState a = find(table, "a");
    for (long i = turns - STRETCHES_KEPT; i < turns; i++) {
      assertThat(a.seqOf(1 + i)).isEqualTo(1 + 2 * i);
    }
    assertThat(a.seqOf(1)).isZero();
  }

  @Test
  void shouldKeepFewerStretchesOfManyProducersThatTakeTurns() {
    // when
    ProducerTable table = ProducerTable.EMPTY;
    int producers = 100;
    long seq = 1;
    for (int turn = 0; turn < 500; turn++) {
      for (int i = 0; i < producers; i++) {
        table = table.accepted(stamp("p" + i, 0, 1 + turn), seq++, 1);
      }
    }

    // then
    for (int i = 0; i < producers; i++) {
      assertThat(find(table, "p" + i).stretches()).hasSizeBetween(160, 320);
    }
    assertThat(table.memoryBytes()).isBetween(1_000_000L, 2_100_000L);
    assertThat(ProducerTable.fromBytes(table.toBytes()).memoryBytes())
        .isEqualTo(table.memoryBytes());
  }

  @Test
  void shouldForgetOlderEpochs() {
    ProducerTable table = ProducerTable.EMPTY.accepted(stamp("a", 1, 1), 1, 5);
    ProducerState newer = find(table.accepted(stamp("a", 4, 1), 6, 1), "a");
    assertThat(newer.epoch()).isEqualTo(4);
    assertThat(newer.lastSeq()).isEqualTo(1);
    assertThat(newer.stretches()).containsExactly(new Stretch(1, 6, 1));
    assertThat(find(table, "a").epoch()).isEqualTo(1);
  }

  @Test
  void shouldComeBackFromItsBytes() {
    // given
    ProducerTable table =
        ProducerTable.EMPTY
            .accepted(stamp("a", 2, 1), 1, 2)
            .accepted(stamp("b", 0, 1), 3, 1)
            .accepted(stamp("a", 2, 3), 4, 1);

    // when
    ProducerTable read = ProducerTable.fromBytes(table.toBytes());

    // then
    assertThat(read.size()).isEqualTo(2);
    assertThat(find(read, "a").stretches()).isEqualTo(find(table, "a").stretches());
    assertThat(find(read, "a").epoch()).isEqualTo(2);
    assertThat(find(read, "a").lastSeq()).isEqualTo(3);
    assertThat(read.comesNext(stamp("a", 2, 4))).isTrue();
    assertThat(read.comesNext(stamp("a", 2, 3))).isFalse();
    assertThat(ProducerTable.fromBytes(new byte[0])).isSameAs(ProducerTable.EMPTY);
    assertThat(ProducerTable.EMPTY.toBytes()).isEmpty();
  }

  @Test
  void shouldRefuseBytesOfSomethingElse() {
    assertThatThrownBy(() -> ProducerTable.fromBytes(new byte[] {(byte) 0xff, 1, 2}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not a producer table");
  }

  private static ProducerStamp stamp(String id, long epoch, long seq) {
    return new ProducerStamp(id, epoch, seq);
  }

  private static ProducerState find(ProducerTable table, String id) {
    return Objects.requireNonNull(table.find(id));
  }
}
