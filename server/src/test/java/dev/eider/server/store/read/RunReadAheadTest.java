package dev.eider.server.store.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.server.base.SystemThreads;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.PackedEvents;
import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.store.ColdReader.ColdPage;
import dev.eider.server.store.ColdReader.PageQuery;
import dev.eider.server.store.MissingEventsException;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.StoreFixture;
import dev.eider.server.store.StoreRows;
import dev.eider.server.store.TestEvents;
import dev.eider.v1.Event;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RunReadAheadTest extends StoreFixture {
  private static final int BLOCK_EVENTS = 16_384;
  private static final int PAGE_EVENTS = RunReadAhead.PAGE_EVENTS_MAX;
  private static final long PAGE_BYTES = 1 << 20;

  /** For one block that nobody has come for. */
  private static final long ROOM = 2 * RunReadAhead.BLOCK_BYTES_MAX;

  private static final int EVENTS = 2 * BLOCK_EVENTS + 1;
  private static final RunId RUN = new RunId("long");
  private static final RunId OTHER = new RunId("other");

  private final Queue<Runnable> ahead = new ArrayDeque<>();

  @BeforeEach
  void fill() throws StoreException {
    Event[] events = new Event[EVENTS];
    for (int t = 0; t < EVENTS; t++) {
      events[t] = TestEvents.metric("red", t, "s", t);
    }
    for (RunId run : List.of(RUN, OTHER)) {
      log.open(run.value()).publish(run.value(), events);
    }
    persist();
  }

  @Test
  void shouldReadTheNextBlockForWhoReadsOn() throws StoreException {
    // given
    RunReadAhead reader = reader(ROOM);
    readFirstBlock(reader, RUN);

    // when
    ahead.remove().run();
    store.close();

    // then
    assertThat(read(reader, RUN, BLOCK_EVENTS).seq(0)).isEqualTo(BLOCK_EVENTS + 1);
    assertThat(read(reader, RUN, BLOCK_EVENTS + PAGE_EVENTS)).hasSize(PAGE_EVENTS);
  }

  @Test
  void shouldReadNothingAheadForWhoTakesOnePage() throws StoreException {
    read(reader(ROOM), RUN, 0);
    assertThat(ahead).isEmpty();
  }

  @Test
  void shouldNotWaitForWhatHasNotBegun() throws StoreException {
    // given
    RunReadAhead reader = reader(ROOM);
    readFirstBlock(reader, RUN);

    // when
    PackedEvents events = read(reader, RUN, BLOCK_EVENTS);
    store.close();
    ahead.remove().run();

    // then
    assertThat(events.seq(0)).isEqualTo(BLOCK_EVENTS + 1);
    assertThat(read(reader, RUN, BLOCK_EVENTS)).isEqualTo(events);
  }

  @Test
  void shouldLeaveRoomForWhatIsAskedFor() throws StoreException {
    // given
    RunReadAhead reader = reader(ROOM);
    readFirstBlock(reader, RUN);
    assertThat(ahead).hasSize(1);

    // when, then
    readFirstBlock(reader, OTHER);
    assertThat(ahead).hasSize(1);

    // when it is taken
    ahead.remove().run();
    read(reader, RUN, BLOCK_EVENTS);
    readFirstBlock(reader, OTHER);

    // then
    assertThat(ahead).hasSize(1);
  }

  @Test
  void shouldNotKeepThatNothingWasToBeRead() throws StoreException {
    RunReadAhead reader = reader(ROOM);
    assertThat(read(reader, RUN, 0, 0)).isEmpty();

    assertThat(read(reader, RUN, 0)).hasSize(PAGE_EVENTS);
  }

  @Test
  void shouldTellOfAFailureOnlyWhoAsks() throws StoreException {
    // given
    RunReadAhead reader = reader(ROOM);
    readFirstBlock(reader, RUN);
    StoreRows.of(store, "DELETE FROM events WHERE run_id = 'long' AND seq = 20000 RETURNING seq");

    // when
    ahead.remove().run();

    // then
    assertThatThrownBy(() -> read(reader, RUN, BLOCK_EVENTS))
        .isInstanceOf(MissingEventsException.class);
  }

  @Test
  void shouldReadOnWhileTheDaemonStops() throws StoreException {
    RunReadAhead reader =
        new RunReadAhead(
            store.reader(),
            ROOM,
            task -> {
              throw new RejectedExecutionException();
            },
            SystemThreads.INSTANCE::newSignal);
    readFirstBlock(reader, RUN);
    assertThat(read(reader, RUN, BLOCK_EVENTS)).hasSize(PAGE_EVENTS);
  }

  @Test
  void shouldShareAPageWithWhoBeginsInsideIt() throws StoreException {
    // given
    RunReadAhead reader = reader(ROOM);
    read(reader, RUN, 0);
    store.close();

    // when
    PackedEvents events = read(reader, RUN, 10);

    // then
    assertThat(seqs(events)).isEqualTo(seqs(10, PAGE_EVENTS));
  }

  @Test
  void shouldReadUpToWhatOthersHaveReadAndShareItFromThere() throws StoreException {
    // given
    RunReadAhead reader = reader(ROOM);
    PackedEvents others = read(reader, RUN, 500);

    // when
    PackedEvents before = read(reader, RUN, 0);
    store.close();

    // then
    assertThat(seqs(before)).isEqualTo(seqs(0, 500));
    assertThat(read(reader, RUN, 500)).isEqualTo(others);
  }

  @Test
  void shouldGiveAPartOfAPage() throws StoreException {
    // given
    RunReadAhead reader = reader(ROOM);
    PackedEvents page = read(reader, RUN, 0);

    // when
    ColdPage few = reader.read(query(RUN, 3, EVENTS, 4, PAGE_BYTES));
    ColdPage small = reader.read(query(RUN, 3, EVENTS, PAGE_EVENTS, page.encodedSize(3, 5)));
    ColdPage tiny = reader.read(query(RUN, 3, EVENTS, PAGE_EVENTS, 1));
    ColdPage early = reader.read(query(RUN, 3, 5, PAGE_EVENTS, PAGE_BYTES));

    // then
    assertThat(seqs(few.events())).isEqualTo(seqs(3, 7));
    assertThat(few.scannedSeq()).isEqualTo(7);
    assertThat(seqs(small.events())).isEqualTo(seqs(3, 5));
    assertThat(seqs(tiny.events())).isEqualTo(seqs(3, 4));
    assertThat(seqs(early.events())).isEqualTo(seqs(3, 5));
    assertThat(early.scannedSeq()).isEqualTo(5);
  }

  @Test
  void shouldPeekAtWhatIsInMemoryOnly() throws StoreException {
    // given
    RunReadAhead reader = reader(ROOM);

    // when, then
    PageQuery query = query(RUN, 10, EVENTS, PAGE_EVENTS, PAGE_BYTES);
    assertThat(reader.peek(query)).isNull();
    PackedEvents events = reader.read(query).events();
    ColdPage peeked = Objects.requireNonNull(reader.peek(query));
    assertThat(peeked.events()).isEqualTo(events);
    assertThat(reader.peek(query(OTHER, 10, EVENTS, PAGE_EVENTS, PAGE_BYTES))).isNull();

    // when
    reader.forget(RUN);

    // then
    assertThat(reader.peek(query)).isNull();
  }

  private static List<Long> seqs(long after, long until) {
    return LongStream.rangeClosed(after + 1, until).boxed().toList();
  }

  private static List<Long> seqs(PackedEvents events) {
    return events.stream().map(SequencedEvent::seq).toList();
  }

  private RunReadAhead reader(long bytesMax) {
    return new RunReadAhead(
        store.reader(), bytesMax, ahead::add, SystemThreads.INSTANCE::newSignal);
  }

  private static void readFirstBlock(RunReadAhead reader, RunId run) throws StoreException {
    for (int place = 0; place < BLOCK_EVENTS; place += PAGE_EVENTS) {
      assertThat(read(reader, run, place)).hasSize(Math.min(PAGE_EVENTS, BLOCK_EVENTS - place));
    }
  }

  private static PackedEvents read(RunReadAhead reader, RunId run, long afterSeq)
      throws StoreException {
    return read(reader, run, afterSeq, EVENTS);
  }

  private static PackedEvents read(RunReadAhead reader, RunId run, long afterSeq, long untilSeq)
      throws StoreException {
    return reader.read(query(run, afterSeq, untilSeq, PAGE_EVENTS, PAGE_BYTES)).events();
  }

  private static PageQuery query(
      RunId run, long afterSeq, long untilSeq, int eventsMax, long bytesMax) {
    return new PageQuery(
        run, afterSeq, untilSeq, 0, Long.MAX_VALUE, EventMatcher.ALL, eventsMax, bytesMax);
  }
}
