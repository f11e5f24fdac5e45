package dev.eider.server.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.server.base.Invariants.InvariantBroken;
import dev.eider.server.base.Registration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class PersistProgressTest {
  private final PersistProgress progress = new PersistProgress(10);

  @Test
  void shouldCompleteThoseWhoArePastInAnyOrder() {
    // given
    List<CompletableFuture<Void>> waiters =
        LongStream.of(30, 11, 20, 21).mapToObj(progress::await).toList();

    // when
    progress.advance(20);

    // then
    assertThat(waiters)
        .extracting(CompletableFuture::isDone)
        .containsExactly(false, true, true, false);
    assertThat(progress.isWanted()).isTrue();
    assertThat(progress.position()).isEqualTo(20);

    // when
    progress.advance(30);

    // then
    assertThat(waiters).allMatch(CompletableFuture::isDone);
    assertThat(progress.isWanted()).isFalse();
  }

  @Test
  void shouldLetAWaiterAskForMore() {
    CompletableFuture<Void> second = progress.await(11).thenCompose(done -> progress.await(12));

    progress.advance(11);
    progress.advance(12);

    assertThat(second).isCompleted();
  }

  @Test
  void shouldNotGoBack() {
    assertThatThrownBy(() -> progress.advance(9)).isInstanceOf(InvariantBroken.class);
  }

  @Test
  void shouldWakeThePersisterForWhoHasToWait() {
    // given
    AtomicInteger wakeUps = new AtomicInteger();
    progress.onWanted(wakeUps::incrementAndGet);

    // when, then
    assertThat(progress.await(10)).as("what is persisted").isCompleted();
    assertThat(progress.isWanted()).isFalse();
    progress.await(11);
    progress.await(12);
    assertThat(wakeUps).hasValue(2);
  }

  @Test
  void shouldTellOfEachStepWithoutHurryingThePersister() {
    // given
    AtomicInteger wakeUps = new AtomicInteger();
    progress.onWanted(wakeUps::incrementAndGet);
    List<Long> told = new ArrayList<>();
    Registration telling = progress.addListener(() -> told.add(progress.position()));

    // when
    progress.advance(11);
    progress.advance(13);
    telling.close();
    progress.advance(14);

    // then
    assertThat(told).containsExactly(11L, 13L);
    assertThat(progress.isWanted()).isFalse();
    assertThat(wakeUps).hasValue(0);
  }
}
