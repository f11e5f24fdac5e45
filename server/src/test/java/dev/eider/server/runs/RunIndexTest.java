package dev.eider.server.runs;

import static dev.eider.server.run.Samples.RUN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.RunId;
import dev.eider.server.hub.Hub;
import dev.eider.server.hub.HubBounds;
import dev.eider.server.hub.PersistProgress;
import dev.eider.server.hub.RunTail;
import dev.eider.server.run.Fold;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.Imports;
import dev.eider.server.run.Parent;
import dev.eider.server.run.Samples;
import dev.eider.server.run.StepRecord;
import dev.eider.server.run.StepRecord.Opened;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who has an id, whatever happens between a question to DuckDB and the decision. */
@Timeout(60)
final class RunIndexTest {
  private static final RunId OTHER = new RunId("other");
  private static final RunId PARENT = new RunId("parent");
  private static final String REQUEST = "request-1";

  private final Hub hub = new Hub(new HubBounds(1 << 20, 1 << 20, 1 << 20), new PersistProgress(0));
  private final StoredRuns stored = new StoredRuns();
  private final RunIndex index = new RunIndex(hub, stored);
  private long position = 100;

  @Test
  void shouldKnowWhoIsInMemoryAndWhoNeverWas() {
    // given
    readAllIds();
    open(RUN, null, "");

    // then
    assertThat(index.isKnown(RUN)).isTrue();
    assertThat(index.find(RUN)).isNotNull().matches(FoldedRun::isOpen);
    assertThat(index.isKnown(OTHER)).isTrue();
    assertThat(index.find(OTHER)).isNull();
    assertThat(index.isRequestKnown(REQUEST)).isTrue();
  }

  @Test
  void shouldAskDuckDbAboutEveryIdUntilItHasReadAll() {
    // given
    stored.put(closed(RUN));
    assertThat(index.isKnown(OTHER)).isFalse();
    assertThat(inquire(OTHER).find(OTHER)).isNull();
    assertThat(stored.asked()).containsExactly(OTHER);

    // when
    readAllIds();
    stored.asked().clear();
    Inquiry inquiry = inquire(RUN, OTHER);

    // then
    assertThat(stored.asked()).containsExactly(RUN);
    assertThat(inquiry.find(RUN)).isNotNull().matches(run -> !run.isOpen());
    assertThat(inquiry.find(OTHER)).isNull();
  }

  @Test
  void shouldReadIdsOnWhereDuckDbFailed() {
    // given
    stored.put(closed(RUN));
    assertThat(index.readIds()).isTrue();
    stored.setUnavailable(true);
    assertThatThrownBy(index::readIds).isInstanceOf(BrokerException.class);
    assertThat(index.isKnown(OTHER)).isFalse();

    // when
    stored.setUnavailable(false);
    readAllIds();

    // then
    assertThat(index.isKnown(OTHER)).isTrue();
    assertThat(index.isKnown(RUN)).isFalse();
  }

  @Test
  void shouldAskDuckDbAboutDeletedRuns() {
    stored.put(FoldedRun.goneUnseen(RUN, 0, FoldedRun.Deletion.GONE));
    readAllIds();

    assertThat(index.isKnown(RUN)).isFalse();
    assertThat(inquire(RUN).find(RUN)).isNotNull().matches(FoldedRun::isDeleted);
  }

  @Test
  void shouldNotTakeARunThatHasLeftMemoryForOneThatNeverWas() {
    // given
    readAllIds();
    open(RUN, null, REQUEST);
    assertThat(index.isRequestKnown(REQUEST)).isTrue();

    // when
    closeAndLeave(RUN);

    // then
    assertThat(index.isKnown(RUN)).isFalse();
    assertThat(index.isRequestKnown(REQUEST)).isFalse();
  }

  @Test
  void shouldFindARunThatCameAndWentSinceDuckDbWasAsked() {
    // given it says that there is none
    stored.afterAnswer(
        () -> {
          open(RUN, null, "");
          closeAndLeave(RUN);
        });

    // when
    Inquiry inquiry = inquire(RUN);

    // then
    assertThat(index.find(RUN)).isNull();
    assertThat(inquiry.find(RUN)).isNotNull().matches(run -> !run.isOpen());
    // and a later question gets the same from DuckDB
    assertThat(inquire(RUN).find(RUN)).isNotNull();
  }

  @Test
  void shouldFindARunThatWasDeletedSinceDuckDbWasAsked() {
    stored.put(closed(RUN));
    stored.afterAnswer(() -> deleteAndLeave(closed(RUN)));

    assertThat(inquire(RUN).find(RUN)).isNotNull().matches(FoldedRun::isDeleted);
  }

  @Test
  void shouldFindARunThatWasInMemoryWhenDuckDbWasAsked() {
    // given
    open(RUN, null, "");

    // when it goes before the decision
    Inquiry inquiry = inquire(RUN, OTHER);
    closeAndLeave(RUN);

    // then
    assertThat(stored.asked()).containsExactly(OTHER);
    assertThat(inquiry.find(RUN)).isNotNull();
  }

  @Test
  void shouldFindARunOfARequestThatCameAndWentSinceDuckDbWasAsked() {
    // given
    stored.afterAnswer(
        () -> {
          open(OTHER, null, REQUEST);
          closeAndLeave(OTHER);
        });

    // when
    Inquiry inquiry = index.inquire(Set.of(RUN), Set.of(REQUEST), Set.of(), 1);

    // then
    assertThat(inquiry.findByRequestId(REQUEST))
        .isNotNull()
        .extracting(FoldedRun::runId)
        .isEqualTo(OTHER);
  }

  @Test
  void shouldFindAForkThatCameAndWentSinceDuckDbWasAsked() {
    // given
    stored.put(closed(PARENT));
    stored.afterAnswer(
        () ->
            // It is asked about forks after runs.
            stored.afterAnswer(
                () -> {
                  open(RUN, PARENT, "");
                  open(OTHER, null, "");
                  closeAndLeave(RUN);
                  closeAndLeave(OTHER);
                }));

    // when
    Inquiry inquiry = index.inquire(Set.of(PARENT), Set.of(), Set.of(PARENT), 1);

    // then
    assertThat(inquiry.forks(PARENT)).containsExactly(RUN);
    assertThat(inquiry.findLeft(RUN)).isNotNull();
    assertThat(inquiry.find(OTHER)).isNull();
  }

  @Test
  void shouldFindImportedRunsBeforeAndAfterDuckDbHasThem() {
    // given
    readAllIds();
    hub.addImport(Imports.of(3, RUN, OTHER), position++);
    assertThat(index.find(RUN)).isNotNull().matches(run -> !run.isOpen());

    // when
    Inquiry inquiry = inquire(RUN);
    hub.persisted(List.of(), position);
    index.releaseImported();

    // then
    assertThat(index.find(RUN)).isNull();
    assertThat(index.isKnown(RUN)).isFalse();
    assertThat(inquiry.find(RUN)).isNotNull();
  }

  @Test
  void shouldTellOnlyThoseWhoHaveStillToDecide() {
    // given
    open(RUN, null, "");
    Inquiry first = index.inquire(Set.of(RUN), Set.of(), Set.of(), 2);
    Inquiry second = index.inquire(Set.of(RUN), Set.of(), Set.of(), 2);
    index.decided(first);
    index.decided(second);
    index.decided(second);

    // when
    closeAndLeave(RUN);

    // then
    assertThat(first.find(RUN)).isNotNull();
    assertThat(second.find(RUN)).isNull();
  }

  @Test
  void shouldGiveALibraryAnIdUntilItIsGivenBack() {
    // given
    readAllIds();
    FoldedRun run = closed(RUN).inLibrary();

    // when
    index.claim(run);
    index.giveBack(closed(RUN).inLibrary());

    // then only who has it gives it back
    assertThat(index.find(RUN)).isSameAs(run);
    index.giveBack(run);
    assertThat(index.find(RUN)).isNull();
    assertThat(index.isKnown(RUN)).isTrue();
  }

  private Inquiry inquire(RunId... runIds) {
    return index.inquire(Set.of(runIds), Set.of(), Set.of(), 1);
  }

  private void readAllIds() {
    while (index.readIds()) {
      assertThat(index.isKnown(new RunId("never-" + position++))).isFalse();
    }
  }

  private void open(RunId runId, @Nullable RunId parentId, String requestId) {
    Parent parent = parentId == null ? null : new Parent(parentId, 0, 1, parentId);
    Opened opened = new Opened(Map.of(), requestId, new byte[0], parent);
    advance(null, new StepRecord(runId, Samples.NOW_US, opened, null, null));
  }

  /** The run is persisted, and leaves then. */
  private void closeAndLeave(RunId runId) {
    RunTail tail = advance(Objects.requireNonNull(hub.find(runId)).run(), Samples.closing(runId));
    stored.put(tail.run());
    index.leave(tail);
  }

  private void deleteAndLeave(FoldedRun run) {
    RunTail tail = advance(run, Samples.deleting(run.runId(), false));
    stored.put(FoldedRun.goneUnseen(run.runId(), 0, FoldedRun.Deletion.GONE));
    index.leave(tail);
  }

  private RunTail advance(@Nullable FoldedRun run, StepRecord record) {
    FoldedRun after = Objects.requireNonNull(Fold.apply(run, position, record));
    return hub.advance(after, position++, List.of());
  }

  private static FoldedRun closed(RunId runId) {
    return Samples.fold(Samples.opening(runId), Samples.closing(runId));
  }
}
