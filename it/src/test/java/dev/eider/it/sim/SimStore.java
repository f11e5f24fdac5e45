package dev.eider.it.sim;

import dev.eider.it.testkit.Rule;
import dev.eider.it.testkit.workload.Tally;
import dev.eider.server.event.LogPlace;
import dev.eider.server.event.LogSelection;
import dev.eider.server.event.PackedEvents;
import dev.eider.server.event.RunDigest;
import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.RunPlace;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.ColdStore;
import dev.eider.server.store.EventRow;
import dev.eider.server.store.PersistBatch;
import dev.eider.server.store.StoreException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A model of DuckDB as the daemon uses it: transactions, a write-ahead log that a checkpoint makes
 * superfluous, failures that close it until it is opened again. {@code SimStoreTest} holds it
 * against the real one.
 *
 * <p>Legal faults, as {@link Faults} plans them: a transaction fails, committed or not; a
 * checkpoint fails or is put off; a read fails, alone or with the whole store; opening again fails;
 * on opening after a crash the end of the write-ahead log is gone.
 */
final class SimStore implements ColdStore, ColdReader {
  private static final Comparator<FoldedRun> NEWEST_FIRST =
      Comparator.comparingLong(FoldedRun::createTimeUs).thenComparing(FoldedRun::runId).reversed();

  private final Scheduler scheduler;
  private final Random random;
  private final Faults faults;
  private final Tally tally;
  private final Mutant mutant;
  private final LongSupplier forcedPosition;
  private final List<PersistBatch> committed = new ArrayList<>();

  /** What is committed. */
  StoreContent content = new StoreContent();

  private int checkpointed;
  private boolean isFailed;

  /** Whether what was committed got lost while the daemon ran, after which it must stop. */
  boolean hasLostCommits;

  SimStore(
      Scheduler scheduler,
      Random random,
      Faults faults,
      Tally tally,
      Mutant mutant,
      LongSupplier forcedPosition) {
    this.forcedPosition = forcedPosition;
    this.scheduler = scheduler;
    this.random = random;
    this.faults = faults;
    this.tally = tally;
    this.mutant = mutant;
  }

  /** Opens it for the next start of the daemon. */
  void openAfterCrash() {
    isFailed = false;
    hasLostCommits = false;
    if (faults.happens(6)) {
      loseCommits();
      hasLostCommits = false;
    }
  }

  private void loseCommits() {
    int kept = checkpointed + random.nextInt(committed.size() - checkpointed + 1);
    if (kept < committed.size()) {
      tally.add("store write-ahead logs cut");
      hasLostCommits = true;
      committed.subList(kept, committed.size()).clear();
      content = new StoreContent();
      committed.forEach(content::apply);
    }
  }

  @Override
  public boolean isFailed() {
    return isFailed;
  }

  @Override
  public long persistedPosition() throws StoreException {
    read(0);
    return content.position;
  }

  @Override
  public List<FoldedRun> openRuns() throws StoreException {
    read(0);
    List<FoldedRun> open = content.runs().stream().filter(FoldedRun::isOpen).toList();
    return mutant == Mutant.SEQ_REUSED_AFTER_RESTART ? content.previous(open) : open;
  }

  @Override
  public void persist(PersistBatch batch) throws StoreException {
    requireOpen();
    Rule.DURABLE_BEFORE_PERSISTED.require(
        batch.nextPosition() <= forcedPosition.getAsLong(),
        "rows up to %d are written, the log is forced up to %d",
        batch.nextPosition(),
        forcedPosition.getAsLong());
    scheduler.pause();
    if (faults.happens(30)) {
      throw failed("cannot persist");
    }
    if (mutant == Mutant.POSITION_OUTSIDE_TRANSACTION) {
      commit(new PersistBatch(batch.events(), batch.runs(), content.position));
      scheduler.pause();
      commit(new PersistBatch(List.of(), List.of(), batch.nextPosition()));
    } else {
      commit(batch);
    }
    scheduler.pause();
    if (faults.happens(30)) {
      tally.add("store commits that looked failed");
      throw failed("cannot persist, or so it seems");
    }
  }

  private void commit(PersistBatch whole) {
    PersistBatch batch = whole;
    if (mutant == Mutant.DELETIONS_NOT_PERSISTED) {
      List<FoldedRun> there = whole.runs().stream().filter(run -> !run.isDeleted()).toList();
      Set<RunId> ids = there.stream().map(FoldedRun::runId).collect(Collectors.toSet());
      batch =
          new PersistBatch(
              whole.events().stream().filter(row -> ids.contains(row.runId())).toList(),
              there,
              whole.nextPosition());
    }
    committed.add(batch);
    content.apply(batch);
    tally.add("store transactions");
  }

  @Override
  public boolean checkpoint() throws StoreException {
    requireOpen();
    scheduler.pause();
    if (faults.happens(10)) {
      return false;
    }
    if (faults.happens(20)) {
      throw failed("cannot checkpoint");
    }
    checkpointed = committed.size();
    tally.add("store checkpoints");
    scheduler.pause();
    return true;
  }

  @Override
  public void reopen(long positionMin) throws StoreException {
    scheduler.pause();
    if (!isFailed) {
      return;
    }
    if (faults.happens(3)) {
      throw new StoreException("cannot open");
    }
    if (faults.happens(40)) {
      loseCommits();
    }
    ColdStore.requireNotBefore(positionMin, content.position);
    isFailed = false;
    tally.add("store reopenings");
  }

  @Override
  public ColdReader reader() {
    return this;
  }

  @Override
  public void close() {
    checkpointed = committed.size();
  }

  @Override
  public @Nullable FoldedRun findRun(RunId runId) throws StoreException {
    read(60);
    return content.run(runId);
  }

  @Override
  public List<FoldedRun> findRuns(Collection<RunId> runIds, Collection<String> requestIds)
      throws StoreException {
    read(60);
    return content.runs().stream()
        .filter(run -> runIds.contains(run.runId()) || requestIds.contains(run.requestId()))
        .toList();
  }

  @Override
  public @Nullable FoldedRun findKept(RunId runId) throws StoreException {
    read(60);
    return content.kept(runId);
  }

  @Override
  public Set<RunId> findDeleted(Collection<RunId> runIds) throws StoreException {
    read(60);
    return mutant == Mutant.DELETED_IDS_FORGOTTEN
        ? Set.of()
        : runIds.stream().filter(content::isDeleted).collect(Collectors.toSet());
  }

  @Override
  public Map<RunId, List<RunId>> findForks(Collection<RunId> parentIds) throws StoreException {
    read(60);
    Map<RunId, List<RunId>> forks = new HashMap<>();
    for (RunId parentId : parentIds) {
      List<RunId> ofParent = content.forks(parentId).stream().limit(FORKS_MAX).toList();
      if (!ofParent.isEmpty()) {
        forks.put(parentId, ofParent);
      }
    }
    return forks;
  }

  @Override
  public int idParts() throws StoreException {
    read(60);
    return 2;
  }

  @Override
  public void readIds(int part, int parts, BiConsumer<RunId, String> runs, Consumer<byte[]> deleted)
      throws StoreException {
    read(60);
    for (FoldedRun run : content.runs()) {
      if (Math.floorMod(run.runId().hashCode(), parts) == part) {
        runs.accept(run.runId(), run.requestId());
      }
    }
    if (part == 0 && mutant != Mutant.DELETED_IDS_FORGOTTEN) {
      content.deleted.forEach(runId -> deleted.accept(RunDigest.initial(runId)));
    }
  }

  @Override
  public List<FoldedRun> listRuns(RunQuery query) throws StoreException {
    read(60);
    return content.runs().stream()
        .filter(run -> query.open() == null || run.isOpen() == query.open())
        .filter(run -> run.labels().entrySet().containsAll(query.labels().entrySet()))
        .filter(
            run ->
                query.parent() == null
                    || (run.parent() != null
                        && Objects.equals(run.parent().runId(), query.parent())))
        .filter(run -> query.root() == null || run.rootRunId().equals(query.root()))
        .filter(run -> run.createTimeUs() >= query.createdFromUs())
        .filter(run -> run.createTimeUs() < query.createdUntilUs())
        .filter(run -> query.before() == null || RunPlace.of(run).isAfter(query.before()))
        .sorted(NEWEST_FIRST)
        .limit(query.runsMax())
        .toList();
  }

  @Override
  public ColdPage readPage(PageQuery query) throws StoreException {
    read(60);
    return page(content.rows(query.runId()), query);
  }

  /** Ends before the run does at times, so that there are blocks to be read ahead. */
  @Override
  public List<ColdPage> readPages(PageQuery query, int eventsMax, long bytesMax)
      throws StoreException {
    read(60);
    List<ColdPage> pages = new ArrayList<>();
    int count = 0;
    long bytes = 0;
    PageQuery next = query;
    do {
      ColdPage page = page(content.rows(query.runId()), next);
      pages.add(page);
      count += page.events().size();
      bytes += page.events().encodedSize();
      next = next.after(page);
    } while (next.afterSeq() < query.untilSeq()
        && count < eventsMax
        && bytes < bytesMax
        && random.nextInt(4) > 0);
    return pages;
  }

  @Override
  public ColdPage readKeptPage(PageQuery query) throws StoreException {
    read(60);
    tally.add("kept pages");
    return page(content.keptRows(query.runId()), query);
  }

  private ColdPage page(List<EventRow> rows, PageQuery query) {
    List<SequencedEvent> events = new ArrayList<>();
    long bytes = 0;
    long position = query.fromPosition();
    for (EventRow row : rows) {
      if (isSelected(row, query)) {
        events.add(sequenced(row));
        bytes += row.encoded().bytes().length;
        position = row.position();
        if (events.size() == query.eventsMax() || bytes >= query.bytesMax()) {
          tally.add("cold pages");
          return new ColdPage(PackedEvents.of(events), row.seq(), position);
        }
      }
    }
    tally.add("cold pages");
    return new ColdPage(PackedEvents.of(events), query.untilSeq(), position);
  }

  @Override
  public List<EventPlace> readLastPlaces(PageQuery query) throws StoreException {
    read(60);
    return lastPlaces(content.rows(query.runId()), query);
  }

  @Override
  public List<EventPlace> readLastKeptPlaces(PageQuery query) throws StoreException {
    read(60);
    return lastPlaces(content.keptRows(query.runId()), query);
  }

  private static List<EventPlace> lastPlaces(List<EventRow> rows, PageQuery query) {
    return rows.stream()
        .filter(row -> isSelected(row, query))
        .map(row -> new EventPlace(row.seq(), row.position()))
        .sorted(Comparator.comparingLong(EventPlace::seq).reversed())
        .limit(query.eventsMax())
        .toList();
  }

  private static boolean isSelected(EventRow row, PageQuery query) {
    return row.seq() > query.afterSeq()
        && row.seq() <= query.untilSeq()
        && row.position() >= query.fromPosition()
        && row.position() <= query.untilPosition()
        && query.matcher().matches(sequenced(row));
  }

  /** As the real one, it returns less than it could at times. */
  @Override
  public LogBlock readLog(LogQuery query) throws StoreException {
    read(60);
    tally.add("cold blocks of all runs");
    long from = query.after().position();
    long span = 1 + random.nextInt(4_096);
    long until = Math.min(query.untilPosition(), from + span);
    List<SequencedEvent> events = new ArrayList<>();
    List<LogPlace> places = new ArrayList<>();
    long bytes = 0;
    for (EventRow row : inLogOrder(query.selection())) {
      LogPlace place = LogPlace.after(row.position(), row.runId(), row.seq());
      if (place.compareTo(query.after()) <= 0 || row.position() >= until) {
        continue;
      }
      bytes += row.encoded().bytes().length + EVENT_OVERHEAD_BYTES;
      if (events.size() == query.eventsMax() || (!events.isEmpty() && bytes > query.bytesMax())) {
        return new LogBlock(events, places, places.get(places.size() - 1), 0);
      }
      events.add(sequenced(row));
      places.add(place);
    }
    return new LogBlock(events, places, LogPlace.before(until), span);
  }

  /** Returns the events that are committed, by position, run and seq. */
  List<EventRow> inLogOrder(LogSelection selection) {
    List<EventRow> rows = new ArrayList<>();
    for (FoldedRun run : content.runs()) {
      if (selection.matchesRun(run.labels())) {
        content.rows(run.runId()).stream()
            .filter(row -> selection.matcher().matches(sequenced(row)))
            .forEach(rows::add);
      }
    }
    rows.sort(Comparator.comparing(row -> LogPlace.after(row.position(), row.runId(), row.seq())));
    return rows;
  }

  private static SequencedEvent sequenced(EventRow row) {
    return SequencedEvent.of(
        row.runId(),
        row.seq(),
        row.encoded().kind(),
        row.encoded().agentId(),
        row.encoded().t(),
        row.encoded().bytes());
  }

  /** A read of what is committed when its turn comes. */
  private void read(int failsOneIn) throws StoreException {
    requireOpen();
    scheduler.pause();
    requireOpen();
    if (failsOneIn > 0 && faults.happens(failsOneIn)) {
      tally.add("store reads failed");
      throw faults.happens(2) ? failed("cannot read") : new StoreException("a query failed");
    }
  }

  private StoreException failed(String message) {
    isFailed = true;
    tally.add("store failures");
    return new StoreException(message);
  }

  private void requireOpen() throws StoreException {
    if (isFailed) {
      throw new StoreException("store is being reopened");
    }
  }
}
