package dev.eider.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.v1.EventEnvelope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class ReadCursorTest {
  @Test
  void shouldTakeAncestorsOneAfterTheOther() {
    // given
    ReadCursor cursor = cursor(new ResumePoint("", 0), true, false);
    // when
    for (EventEnvelope one : new EventEnvelope[] {at("a", 1), at("a", 2), at("b", 1)}) {
      cursor.accept(one);
    }
    // then
    assertThat(cursor.resumeAfter()).isEqualTo(new ResumePoint("b", 1));
    cursor.accept(at("run", 1));
    assertThat(cursor.resumeAfter()).isEqualTo(new ResumePoint("run", 1));
    assertThatCode(() -> cursor.closedAt(1)).doesNotThrowAnyException();
  }

  @Test
  void shouldNoticeWhatIsMissingBetweenRuns() {
    ReadCursor cursor = cursor(new ResumePoint("", 0), true, false);
    cursor.accept(at("a", 1));

    assertThatThrownBy(() -> cursor.accept(at("b", 2)))
        .isInstanceOf(EiderException.class)
        .hasMessageContaining("seq 2 of run b came after seq 1 of run a");
    assertThatThrownBy(() -> cursor.closedAt(1)).hasMessageContaining("closed at seq 1");
  }

  @Test
  void shouldTakeNothingInheritedAfterTheRunItself() {
    ReadCursor cursor = cursor(new ResumePoint("", 0), true, false);
    cursor.accept(at("run", 1));

    assertThatThrownBy(() -> cursor.accept(at("a", 1))).hasMessageContaining("of run a came after");
  }

  @Test
  void shouldTakeOneRunOnlyUnlessAskedForMore() {
    ReadCursor cursor = cursor(new ResumePoint("", 3), false, false);
    assertThatThrownBy(() -> cursor.accept(at("a", 1))).isInstanceOf(EiderException.class);

    cursor.accept(at("run", 4));

    assertThat(cursor.resumeAfter()).isEqualTo(new ResumePoint("", 4));
  }

  @Test
  void shouldResumeAfterWhatAFilteredStreamHasScanned() {
    ReadCursor cursor = cursor(new ResumePoint("a", 5), true, true);
    cursor.accept(at("a", 9));
    cursor.scanned("a", 1_000);
    assertThat(cursor.resumeAfter()).isEqualTo(new ResumePoint("a", 1_000));
    cursor.scanned("run", 40);
    assertThat(cursor.resumeAfter()).isEqualTo(new ResumePoint("run", 40));
  }

  private static ReadCursor cursor(ResumePoint after, boolean inherited, boolean filtered) {
    return new ReadCursor(
        new StreamSource(
            "run",
            after,
            inherited,
            filtered,
            place -> {
              throw new IllegalStateException("nothing is opened here");
            }));
  }

  private static EventEnvelope at(String runId, long seq) {
    return EventEnvelope.newBuilder().setRunId(runId).setSeq(seq).build();
  }
}
