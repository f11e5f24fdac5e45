package dev.eider.server.store.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.server.base.SystemThreads;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.ColdReader.ColdPage;
import dev.eider.server.store.ColdReader.PageQuery;
import dev.eider.server.store.MissingEventsException;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.StoreFixture;
import dev.eider.server.store.StoreRows;
import dev.eider.server.store.TestEvents;
import dev.eider.v1.Event;
import dev.eider.v1.EventEnvelope;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReadAheadTest extends StoreFixture {
  private static final RunId RUN = new RunId("game-1");
  private static final int EVENTS = 25;
  private static final long ROOMY = 1 << 20;

  @BeforeEach
  void fill() throws StoreException {
    log.open(RUN.value()).open("game-2");
    for (int t = 0; t < EVENTS; t++) {
      Event metric = TestEvents.metric("red", t, "s", t);
      log.publish(RUN.value(), metric).publish("game-2", metric);
    }
    persist();
  }

  @Test
  void shouldGiveTheSameEventsAsTheStore() throws StoreException {
    for (long bytesMax : new long[] {0, ROOMY}) {
      ColdReader ahead = ahead(bytesMax);
      for (int round = 0; round < 2; round++) {
        assertThat(events(ahead, 4, ROOMY)).isEqualTo(events(store.reader(), 4, ROOMY));
        assertThat(events(ahead, 10, 100)).isEqualTo(events(store.reader(), 10, 100));
      }
    }
  }

  @Test
  void shouldLeaveFilteringToTheStore() throws StoreException {
    ColdReader ahead = ahead(ROOMY);
    EventMatcher some = new EventMatcher(Set.of(), Set.of(), 3, 5);
    ColdPage page = ahead.readPage(query(0, 1, EVENTS, 10, ROOMY, some));
    assertThat(page.events()).extracting(SequencedEvent::seq).containsExactly(4L, 5L, 6L);
    assertThat(page.scannedSeq()).isEqualTo(EVENTS);
  }

  @Test
  void shouldRefuseARunWithAHoleBesideADoubledEvent() throws StoreException {
    // given
    ColdReader ahead = ahead(ROOMY);
    StoreRows.of(
        store, "UPDATE events SET seq = 8 WHERE run_id = 'game-1' AND seq = 7 RETURNING seq");

    // when, then
    assertThatThrownBy(() -> events(ahead, 4, ROOMY))
        .isInstanceOf(MissingEventsException.class)
        .hasMessageContainingAll("game-1", "event 8 where 7 comes next");
  }

  private ColdReader ahead(long bytesMax) {
    return new ReadAhead(
        store.reader(), bytesMax, Runnable::run, SystemThreads.INSTANCE::newSignal);
  }

  private static List<EventEnvelope> events(ColdReader reader, int eventsMax, long bytesMax)
      throws StoreException {
    List<EventEnvelope> events = new ArrayList<>();
    long seq = 0;
    long position = 0;
    while (seq < EVENTS) {
      ColdPage page =
          reader.readPage(query(seq, position, EVENTS, eventsMax, bytesMax, EventMatcher.ALL));
      assertThat(page.events()).hasSizeBetween(1, eventsMax);
      page.events().forEach(event -> events.add(event.parse()));
      seq = page.scannedSeq();
      position = page.position();
    }
    return events;
  }

  private static PageQuery query(
      long after, long from, long until, int eventsMax, long bytesMax, EventMatcher matcher) {
    return new PageQuery(RUN, after, until, from, Long.MAX_VALUE, matcher, eventsMax, bytesMax);
  }
}
