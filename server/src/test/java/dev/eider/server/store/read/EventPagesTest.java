package dev.eider.server.store.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.store.ColdReader.ColdPage;
import dev.eider.server.store.ColdReader.PageQuery;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.TestEvents;
import dev.eider.server.store.TestLog;
import dev.eider.server.store.connection.StoreConfig;
import dev.eider.server.store.duckdb.DuckDbStore;
import dev.eider.v1.Event;
import dev.eider.v1.EventEnvelope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EventPagesTest {
  private static final RunId RUN = new RunId("game-1");

  @TempDir Path directory;
  private final List<Event> published = new ArrayList<>();
  private DuckDbStore store;

  /** Positions: opening 0 and 1; then seq 1-2 at 2, another run at 3, seq 3-4 at 4, and so on. */
  @BeforeEach
  void open() throws StoreException {
    store =
        DuckDbStore.open(
            StoreConfig.of(directory.resolve("events.duckdb"), directory.resolve("tmp")));
    TestLog log = new TestLog().open(RUN.value()).open("game-2");
    for (int t = 0; t < 10; t++) {
      Event[] pair = {
        TestEvents.turnStart("red", t), TestEvents.metric(t % 2 == 0 ? "red" : "blue", t, "s", t)
      };
      published.addAll(List.of(pair));
      log.publish(RUN.value(), pair).publish("game-2", TestEvents.prompt("red", t, "other"));
      if (t % 3 == 0) {
        store.persist(log.batch());
      }
    }
    store.persist(log.batch());
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void shouldGiveBackAWholeRunByteForByte() throws Exception {
    ColdPage page = page(query().build());
    assertThat(page.events()).hasSize(20);
    for (int i = 0; i < 20; i++) {
      SequencedEvent event = page.events().get(i);
      EventEnvelope expected =
          EventEnvelope.newBuilder()
              .setRunId(RUN.value())
              .setSeq(i + 1)
              .setEvent(published.get(i))
              .build();
      assertThat(event.seq()).isEqualTo(i + 1);
      assertThat(event.envelope()).isEqualTo(expected.toByteArray());
      assertThat(event.t()).isEqualTo(published.get(i).getT());
      assertThat(event.agentId()).isEqualTo(published.get(i).getAgentId());
    }
    assertThat(page.scannedSeq()).isEqualTo(20);
    assertThat(page.position()).isEqualTo(20);
  }

  @Test
  void shouldEndAPageAtTheMostEvents() throws StoreException {
    ColdPage first = page(query().eventsMax(7).build());
    assertThat(seqs(first)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
    assertThat(first.scannedSeq()).isEqualTo(7);
    assertThat(first.position()).isEqualTo(8);

    ColdPage second = page(query().after(7).from(first.position()).eventsMax(100).build());
    assertThat(seqs(second)).first().isEqualTo(8L);
    assertThat(second.events()).hasSize(13);
    assertThat(second.scannedSeq()).isEqualTo(20);
  }

  @Test
  void shouldEndAPageWithTheEventThatReachesTheMostBytes() throws StoreException {
    int first = published.get(0).getSerializedSize();
    int second = published.get(1).getSerializedSize();
    assertThat(seqs(page(query().bytesMax(1).build()))).containsExactly(1L);
    assertThat(seqs(page(query().bytesMax(first).build()))).containsExactly(1L);
    assertThat(seqs(page(query().bytesMax(first + 1).build()))).containsExactly(1L, 2L);
    ColdPage page = page(query().bytesMax(first + second + 1).build());
    assertThat(seqs(page)).containsExactly(1L, 2L, 3L);
    assertThat(page.scannedSeq()).isEqualTo(3);
  }

  @Test
  void shouldHeedTheBounds() throws StoreException {
    assertThat(seqs(page(query().after(3).until(5).build()))).containsExactly(4L, 5L);
    assertThat(seqs(page(query().from(4).untilPosition(6).build())))
        .containsExactly(3L, 4L, 5L, 6L);
    ColdPage none = page(query().after(20).until(30).from(20).build());
    assertThat(none.events()).isEmpty();
    assertThat(none.scannedSeq()).isEqualTo(30);
    assertThat(none.position()).isEqualTo(20);
  }

  @Test
  void shouldFilter() throws StoreException {
    EventMatcher metrics = new EventMatcher(Set.of("metric"), Set.of(), 2, 5);
    assertThat(seqs(page(query().matching(metrics).build()))).containsExactly(6L, 8L, 10L, 12L);
    EventMatcher blue =
        new EventMatcher(
            Set.of("metric", "turn_start"), Set.of("blue", "green"), 0, Integer.MAX_VALUE);
    assertThat(seqs(page(query().matching(blue).build()))).containsExactly(4L, 8L, 12L, 16L, 20L);
    EventMatcher nothing = new EventMatcher(Set.of("fork"), Set.of(), 0, 0);
    ColdPage none = page(query().matching(nothing).eventsMax(1).build());
    assertThat(none.events()).isEmpty();
    assertThat(none.scannedSeq()).isEqualTo(20);
  }

  @Test
  void shouldSayHowFarAFilteredPageGot() throws StoreException {
    EventMatcher blue = new EventMatcher(Set.of(), Set.of("blue"), 0, 100);
    ColdPage page = page(query().matching(blue).eventsMax(2).build());
    assertThat(seqs(page)).containsExactly(4L, 8L);
    assertThat(page.scannedSeq()).isEqualTo(8);
  }

  private ColdPage page(PageQuery query) throws StoreException {
    return store.reader().readPage(query);
  }

  private static List<Long> seqs(ColdPage page) {
    return page.events().stream().map(SequencedEvent::seq).toList();
  }

  private static QueryBuilder query() {
    return new QueryBuilder();
  }

  private static final class QueryBuilder {
    private long after;
    private long until = 20;
    private long from;
    private long untilPosition = 1_000;
    private EventMatcher matcher = EventMatcher.ALL;
    private int eventsMax = 1_000;
    private long bytesMax = 1 << 20;

    QueryBuilder after(long seq) {
      after = seq;
      return this;
    }

    QueryBuilder until(long seq) {
      until = seq;
      return this;
    }

    QueryBuilder from(long position) {
      from = position;
      return this;
    }

    QueryBuilder untilPosition(long position) {
      untilPosition = position;
      return this;
    }

    QueryBuilder matching(EventMatcher wanted) {
      matcher = wanted;
      return this;
    }

    QueryBuilder eventsMax(int max) {
      eventsMax = max;
      return this;
    }

    QueryBuilder bytesMax(long max) {
      bytesMax = max;
      return this;
    }

    PageQuery build() {
      return new PageQuery(RUN, after, until, from, untilPosition, matcher, eventsMax, bytesMax);
    }
  }
}
