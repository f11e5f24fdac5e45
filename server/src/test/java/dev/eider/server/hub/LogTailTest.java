package dev.eider.server.hub;

import static dev.eider.server.run.Samples.NOW_US;
import static dev.eider.server.run.Samples.RUN;
import static dev.eider.server.run.Samples.closing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.LogPage;
import dev.eider.server.event.LogPlace;
import dev.eider.server.event.LogSelection;
import dev.eider.server.event.RunId;
import dev.eider.server.run.StepRecord;
import dev.eider.server.run.StepRecord.Opened;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class LogTailTest extends HubFixture {
  private static final long PLENTY = 1 << 20;

  @Test
  void shouldGoOnInTheMiddleOfARecord() {
    // given
    open(RUN, "gold");
    publish(RUN, 5);
    publish(RUN, 1);

    // when
    LogPage first = read(LogPlace.START, LogSelection.ALL, 2);
    LogPage second = read(first.next(), LogSelection.ALL, 2);
    LogPage third = read(second.next(), LogSelection.ALL, 2);

    // then
    assertThat(names(first)).containsExactly("game-1 1", "game-1 2");
    assertThat(first.isLast()).isFalse();
    assertThat(first.next()).isEqualTo(LogPlace.after(1, RUN, 2));
    assertThat(names(second)).containsExactly("game-1 3", "game-1 4");
    assertThat(names(third)).containsExactly("game-1 5", "game-1 6");
    assertThat(read(third.next(), LogSelection.ALL, 2).events()).isEmpty();
  }

  @Test
  void shouldEndAPageBeforeTheEventThatExceedsTheBytes() {
    open(RUN, "gold");
    publish(RUN, 3);

    LogPage page = Objects.requireNonNull(hub.log().read(LogPlace.START, LogSelection.ALL, 9, 1));

    assertThat(names(page)).containsExactly("game-1 1");
    assertThat(page.next()).isEqualTo(LogPlace.after(1, RUN, 1));
  }

  @Test
  void shouldTakeOnlyWhatIsSelectedAndSayHowMuchWasPassedOver() {
    // given
    open(RUN, "gold");
    open(OTHER, "silver");
    publish(RUN, 3);
    publish(OTHER, 3);

    // when
    LogPage silver = read(LogPlace.START, labelled("silver", EventMatcher.ALL), 100);
    LogPage late =
        read(LogPlace.START, labelled("gold", new EventMatcher(Set.of(), Set.of(), 1, 1)), 100);
    LogPage none = read(LogPlace.START, labelled("bronze", EventMatcher.ALL), 100);

    // then
    assertThat(names(silver)).containsExactly("game-2 1", "game-2 2", "game-2 3");
    assertThat(names(late)).containsExactly("game-1 2");
    assertThat(late.passedOver()).isEqualTo(4);
    assertThat(none.events()).isEmpty();
    assertThat(none.passedOver()).isEqualTo(6);
    assertThat(none.next()).isEqualTo(LogPlace.before(position));
  }

  @Test
  void shouldKnowWhatItNoLongerHas() {
    open(RUN, "gold");
    publishHalfPersisted(RUN);

    assertThat(hub.log().read(LogPlace.START, LogSelection.ALL, 9, PLENTY)).isNull();
    assertThat(hub.log().read(LogPlace.after(1, RUN, 2), LogSelection.ALL, 9, PLENTY)).isNull();
    assertThat(names(read(LogPlace.before(2), LogSelection.ALL, 9)))
        .containsExactly("game-1 3", "game-1 4");
  }

  @Test
  void shouldLetGoOfAReapedRunBehindOneThatStays() {
    // given
    open(OTHER, "silver");
    publish(OTHER, 1);
    open(RUN, "gold");
    publish(RUN, 1);
    advance(closing(RUN));
    persistAll();
    assertThat(hub.log().chunkCount()).isEqualTo(2);

    // when
    hub.reap(tail(RUN));

    // then
    assertThat(hub.log().chunkCount()).isEqualTo(1);
    assertThat(hub.log().read(LogPlace.START, LogSelection.ALL, 9, PLENTY)).isNull();
    assertThat(read(LogPlace.before(position), LogSelection.ALL, 9).events()).isEmpty();
  }

  @Test
  void shouldSendReadersToDuckDbForWhatMemoryNeverGets() {
    // given
    open(RUN, "gold");
    publish(RUN, 1);

    // when
    hub.passOver(position++);
    publish(RUN, 1);

    // then
    assertThat(hub.log().read(LogPlace.before(2), LogSelection.ALL, 9, PLENTY)).isNull();
    assertThat(hub.log().completeFrom()).isEqualTo(3);
    assertThat(names(read(LogPlace.before(3), LogSelection.ALL, 9))).containsExactly("game-1 2");
  }

  private static LogSelection labelled(String arena, EventMatcher matcher) {
    return new LogSelection(matcher, Map.of("arena", arena));
  }

  private LogPage read(LogPlace after, LogSelection selection, int eventsMax) {
    return Objects.requireNonNull(hub.log().read(after, selection, eventsMax, PLENTY));
  }

  private static List<String> names(LogPage page) {
    return page.events().stream()
        .map(event -> event.parse().getRunId() + " " + event.seq())
        .toList();
  }

  private void open(RunId runId, String arena) {
    Opened opened = new Opened(Map.of("arena", arena), "", new byte[0], null);
    advance(new StepRecord(runId, NOW_US, opened, null, null));
  }
}
