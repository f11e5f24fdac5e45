package dev.eider.server.hub;

import static dev.eider.server.run.Samples.RUN;
import static dev.eider.server.run.Samples.closing;
import static dev.eider.server.run.Samples.metrics;
import static dev.eider.server.run.Samples.opening;
import static dev.eider.server.run.Samples.publishing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.server.base.Invariants.InvariantBroken;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.hub.RunTail.TailSlice;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class HubTest extends HubFixture {
  @Test
  void shouldEndAReadWithTheEventThatReachesTheBytes() {
    publish(RUN, 5);
    TailSlice slice = tail(RUN).read(0, EventMatcher.ALL, 100, 1);
    assertThat(seqs(slice)).containsExactly(1L);
    assertThat(Objects.requireNonNull(slice).scannedSeq()).isEqualTo(1);
  }

  @Test
  void shouldSayHowFarAFilterLooked() {
    // given
    publish(RUN, 4);

    // when
    TailSlice none = tail(RUN).read(0, new EventMatcher(Set.of("fork"), Set.of(), 0, 9), 9, 99);
    TailSlice some = tail(RUN).read(0, new EventMatcher(Set.of(), Set.of(), 1, 2), 1, 999);

    // then
    assertThat(Objects.requireNonNull(none).events()).isEmpty();
    assertThat(none.scannedSeq()).isEqualTo(4);
    assertThat(seqs(some)).containsExactly(2L);
    assertThat(Objects.requireNonNull(some).scannedSeq()).isEqualTo(2);
  }

  @Test
  void shouldDropOnlyWhatIsPersistedFromTheBeginning() {
    publishHalfPersisted(RUN);

    assertThat(tail(RUN).persistedSeq()).isEqualTo(2);
    assertThat(tail(RUN).read(0, EventMatcher.ALL, 9, 999)).isNull();
    assertThat(tail(RUN).read(1, EventMatcher.ALL, 9, 999)).isNull();
    assertThat(seqs(read(RUN, 2, 9))).containsExactly(3L, 4L);
  }

  @Test
  void shouldKeepWhatFitsTheBound() {
    // given
    publish(RUN, 1);
    long bytesPerEvent = hub.tailBytes();
    hub = new Hub(new HubBounds(3 * bytesPerEvent, Long.MAX_VALUE / 2, Long.MAX_VALUE), progress);
    for (int i = 0; i < 5; i++) {
      publish(i % 2 == 0 ? RUN : OTHER, 1);
      persistAll();
    }

    // when
    hub.evict();

    // then
    assertThat(hub.tailBytes()).isLessThanOrEqualTo(3 * bytesPerEvent).isPositive();
    assertThat(tail(RUN).read(0, EventMatcher.ALL, 9, 999)).isNull();
    assertThat(tail(OTHER).read(0, EventMatcher.ALL, 9, 999)).isNull();
    assertThat(seqs(read(RUN, 1, 9))).containsExactly(2L, 3L);
    assertThat(seqs(read(OTHER, 1, 9))).containsExactly(2L);
  }

  @Test
  void shouldFreeEverythingOfAReapedRunOnce() {
    // given
    publish(OTHER, 2);
    long otherBytes = hub.tailBytes();
    publish(RUN, 3);
    publish(RUN, 3);
    RunTail reaped = tail(RUN);
    advance(closing(RUN));
    persistAll();

    // when
    hub.reap(reaped);

    // then
    assertThat(hub.find(RUN)).isNull();
    assertThat(hub.tailBytes()).isEqualTo(otherBytes);
    hub.evict();
    assertThat(hub.tailBytes()).isZero();
    assertThat(hub.openRunCount()).isEqualTo(1);
    assertThat(hub.runCount()).isEqualTo(1);
    assertThat(reaped.read(0, EventMatcher.ALL, 9, 999)).isNull();
  }

  @Test
  void shouldRefuseEventsThatLeaveAGap() {
    // given
    publish(RUN, 2);
    FoldedRun run = tail(RUN).run();
    List<SequencedEvent> events = Samples.sequenced(publishing(RUN, 4, null, metrics(1)));

    // then
    assertThatThrownBy(() -> hub.advance(run, position, events))
        .isInstanceOf(InvariantBroken.class)
        .hasMessageContaining("run game-1: events 4-4 do not lead from head 2 to 2");
  }

  @Test
  void shouldCallThoseWhoAwaitARunOnce() {
    // given
    List<String> called = new ArrayList<>();
    Runnable gone = () -> called.add("gone");
    hub.awaitRun(RUN, () -> called.add("waiting"));
    hub.awaitRun(RUN, gone);
    hub.removeAwaitRun(RUN, gone);
    hub.addListener(run -> called.add("run " + run.runId() + " open " + run.isOpen()));

    // when
    hub.announce(advance(opening(RUN)), true, false);
    hub.announce(publish(RUN, 1), false, false);
    hub.announce(advance(closing(RUN)), false, true);

    // then
    assertThat(called).containsExactly("waiting", "run game-1 open true", "run game-1 open false");
  }

  private TailSlice read(RunId runId, long afterSeq, int eventsMax) {
    return Objects.requireNonNull(
        tail(runId).read(afterSeq, EventMatcher.ALL, eventsMax, Long.MAX_VALUE));
  }

  private static List<Long> seqs(@Nullable TailSlice slice) {
    return Objects.requireNonNull(slice).events().stream().map(SequencedEvent::seq).toList();
  }
}
