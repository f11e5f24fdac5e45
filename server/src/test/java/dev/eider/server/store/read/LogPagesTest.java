package dev.eider.server.store.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.base.SystemThreads;
import dev.eider.server.event.EventKind;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.LogPlace;
import dev.eider.server.event.LogSelection;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.ColdReader.LogBlock;
import dev.eider.server.store.ColdReader.LogQuery;
import dev.eider.server.store.EventRow;
import dev.eider.server.store.PersistBatch;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.StoreFixture;
import dev.eider.server.store.TestEvents;
import dev.eider.v1.Event;
import dev.eider.v1.EventEnvelope;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Random logs of three runs, read in parts of all sizes. */
@Timeout(120)
class LogPagesTest extends StoreFixture {
  private static final List<String> RUNS = List.of("b", "a", "c");

  private final Random random = new Random(7);
  private final List<EventRow> written = new ArrayList<>();

  @BeforeEach
  void write() throws StoreException {
    RUNS.forEach(runId -> log.open(runId, Map.of("arena", runId, "all", "yes"), "", null));
    for (int batch = 0; batch < 5; batch++) {
      for (int i = 0; i < 40; i++) {
        log.publish(RUNS.get(random.nextInt(3)), events(1 + random.nextInt(4)));
      }
      PersistBatch persisted = log.batch();
      written.addAll(persisted.events());
      store.persist(persisted);
    }
    written.sort(Comparator.comparing(LogPagesTest::place));
  }

  @Test
  void shouldGiveTheSameReadAhead() throws StoreException {
    ReadAhead ahead =
        new ReadAhead(store.reader(), 1 << 20, Runnable::run, SystemThreads.INSTANCE::newSignal);
    for (int i = 0; i < 30; i++) {
      LogSelection selection = selection();
      LogPlace after = place(written.get(random.nextInt(written.size())));
      assertThat(readAll(ahead, selection, after))
          .as("%s after %s", selection, after)
          .isEqualTo(readAll(store.reader(), selection, after));
    }
  }

  @Test
  void shouldReadABlockForManyPages() throws StoreException {
    // given a log of several blocks
    for (int i = 0; i < 40; i++) {
      Event[] large = new Event[100];
      Arrays.fill(large, TestEvents.prompt("ada", 0, "x".repeat(2_000)));
      log.publish(RUNS.get(i % 3), large);
    }
    persist();
    AtomicInteger queries = new AtomicInteger();
    LogReadAhead ahead = new LogReadAhead(counting(queries));

    // when it is read in small pages
    int pages = 0;
    LogPlace after = LogPlace.START;
    while (after.position() < log.position()) {
      LogQuery query = new LogQuery(after, log.position(), LogSelection.ALL, 50, 1 << 20);
      after = ahead.read(query).next();
      pages++;
    }

    // then
    assertThat(pages).isGreaterThan(80);
    assertThat(queries.get()).isLessThanOrEqualTo(5);
  }

  private ColdReader counting(AtomicInteger queries) {
    return (ColdReader)
        Proxy.newProxyInstance(
            ColdReader.class.getClassLoader(),
            new Class<?>[] {ColdReader.class},
            (proxy, method, arguments) -> {
              queries.incrementAndGet();
              return method.invoke(store.reader(), arguments);
            });
  }

  @Test
  void shouldGoOnWithinEventsOfManyRunsAtOnePosition() throws StoreException {
    // given what an import leaves
    long position = log.position();
    List<EventRow> imported = new ArrayList<>();
    for (EventRow row : written.subList(0, 50)) {
      imported.add(new EventRow(position, row.runId(), 10_000 + row.seq(), row.encoded()));
    }
    imported.sort(Comparator.comparing(LogPagesTest::place));
    store.persist(new PersistBatch(imported, List.of(), position + 1));

    // when
    List<String> names = new ArrayList<>();
    LogPlace after = LogPlace.before(position);
    while (after.position() <= position) {
      LogBlock block =
          store.reader().readLog(new LogQuery(after, position + 1, LogSelection.ALL, 7, 1 << 20));
      names.addAll(names(block));
      after = block.next();
    }

    // then
    assertThat(names).isEqualTo(imported.stream().map(LogPagesTest::name).toList());
  }

  private List<String> readAll(ColdReader reader, LogSelection selection, LogPlace start)
      throws StoreException {
    List<String> names = new ArrayList<>();
    LogPlace after = start;
    while (after.position() < log.position()) {
      LogBlock block =
          reader.readLog(
              new LogQuery(
                  after,
                  log.position(),
                  selection,
                  2 + random.nextInt(40),
                  1 + random.nextInt(3_000)));
      assertThat(block.next()).isGreaterThan(after);
      assertThat(block.places()).hasSameSizeAs(block.events());
      names.addAll(names(block));
      after = block.next();
    }
    return names;
  }

  private LogSelection selection() {
    EventMatcher matcher =
        switch (random.nextInt(4)) {
          case 0 ->
              new EventMatcher(
                  Set.of(EventKind.METRIC), Set.of(), Integer.MIN_VALUE, Integer.MAX_VALUE);
          case 1 -> new EventMatcher(Set.of(), Set.of("bob"), 2, 5);
          default -> EventMatcher.ALL;
        };
    Map<String, String> labels =
        switch (random.nextInt(3)) {
          case 0 -> Map.of("arena", "a", "all", "yes");
          case 1 -> Map.of("arena", "nowhere");
          default -> Map.of();
        };
    return new LogSelection(matcher, labels);
  }

  private static LogPlace place(EventRow row) {
    return LogPlace.after(row.position(), row.runId(), row.seq());
  }

  private static String name(EventRow row) {
    return row.runId() + " " + row.seq() + " " + row.event().hashCode();
  }

  private static List<String> names(LogBlock block) {
    List<String> names = new ArrayList<>();
    for (SequencedEvent event : block.events()) {
      EventEnvelope envelope = event.parse();
      names.add(
          envelope.getRunId() + " " + envelope.getSeq() + " " + envelope.getEvent().hashCode());
    }
    return names;
  }

  private Event[] events(int count) {
    Event[] events = new Event[count];
    for (int i = 0; i < count; i++) {
      String agent = random.nextBoolean() ? "ada" : "bob";
      int t = random.nextInt(10);
      events[i] =
          random.nextBoolean()
              ? TestEvents.metric(agent, t, "n", random.nextInt())
              : TestEvents.turnStart(agent, t);
    }
    return events;
  }
}
