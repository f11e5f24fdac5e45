package dev.eider.server.read.runs;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.eider.server.base.Registration;
import dev.eider.server.base.ResponseStream;
import dev.eider.server.event.RunId;
import dev.eider.server.hub.Hub;
import dev.eider.server.read.Readers;
import dev.eider.server.read.StreamReader;
import dev.eider.server.read.WatchBudget;
import dev.eider.server.read.runs.RunDirectory.RunPage;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.RunPlace;
import dev.eider.v1.Run;
import dev.eider.v1.WatchRunsResponse;
import dev.eider.v1.WatchRunsResponse.Listed;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One caller's view of the runs there are and of those that begin, end and are deleted.
 *
 * <p>It listens before it lists, so no change is missed. Changes wait in a map by run, where a
 * later one takes the place of an earlier one; a caller that lets too many runs pile up is refused.
 */
public final class RunWatch extends StreamReader {
  private static final int RUNS_PER_PAGE = 500;

  private final RunSelection selection;
  private final Hub hub;
  private final RunDirectory directory;
  private final ResponseStream<WatchRunsResponse> responses;
  private final WatchBudget budget;
  private final Registration listening;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private final Map<RunId, FoldedRun> changes = new LinkedHashMap<>();

  @GuardedBy("lock")
  private boolean isReleased;

  private Iterator<Run> listing = Collections.emptyIterator();
  private @Nullable RunPlace place;
  private boolean isLastPage;
  private boolean isListed;
  private long listedCount;

  public RunWatch(
      RunSelection selection,
      RunDirectory directory,
      ResponseStream<WatchRunsResponse> responses,
      Readers readers) {
    super(readers.pools(), readers.registry(), responses);
    this.selection = selection;
    this.hub = readers.hub();
    this.directory = directory;
    this.responses = responses;
    budget = readers.registry().watchBudget();
    budget.opened();
    listening = hub.addListener(this::noteChange);
  }

  @Override
  protected Next step(boolean mayBlock) {
    while (responses.isReady() && !isOver()) {
      if (listing.hasNext()) {
        responses.next(WatchRunsResponse.newBuilder().setExisting(listing.next()).build());
      } else if (isLastPage && !isListed) {
        endList();
      } else if (!isListed && !mayBlock) {
        return Next.COLD;
      } else if (!isListed) {
        listMore();
      } else if (!sendChange()) {
        return Next.PARK;
      }
    }
    return Next.PARK;
  }

  @Override
  protected void release() {
    listening.close();
    synchronized (lock) {
      isReleased = true;
    }
    dropChanges();
    budget.closed();
  }

  private void listMore() {
    RunPage page = directory.list(selection, place, RUNS_PER_PAGE);
    listing = page.runs().iterator();
    listedCount += page.runs().size();
    place = page.last();
    isLastPage = place == null;
  }

  private void endList() {
    isListed = true;
    responses.next(
        WatchRunsResponse.newBuilder()
            .setListed(Listed.newBuilder().setRunCount(listedCount))
            .build());
  }

  private void noteChange(FoldedRun run) {
    boolean isRefused;
    synchronized (lock) {
      if (isReleased) {
        return;
      }
      boolean isNew = changes.put(run.runId(), run) == null;
      isRefused = isNew && !budget.take(changes.size());
    }
    if (isRefused) {
      dropChanges();
      end(budget.exceeded());
    } else {
      wake();
    }
  }

  private void dropChanges() {
    synchronized (lock) {
      budget.give(changes.size());
      changes.clear();
    }
  }

  /** Returns false when there is no change to send. */
  private boolean sendChange() {
    FoldedRun run = takeChange();
    if (run == null) {
      return false;
    }
    if (selection.matches(run)) {
      responses.next(describe(run));
    }
    return true;
  }

  private @Nullable FoldedRun takeChange() {
    synchronized (lock) {
      Iterator<FoldedRun> oldestFirst = changes.values().iterator();
      if (!oldestFirst.hasNext()) {
        return null;
      }
      FoldedRun run = oldestFirst.next();
      oldestFirst.remove();
      budget.give(1);
      return run;
    }
  }

  private WatchRunsResponse describe(FoldedRun run) {
    Run view = RunDirectory.describe(run, hub.find(run.runId()));
    WatchRunsResponse.Builder response = WatchRunsResponse.newBuilder();
    if (run.isDeleted()) {
      return response.setDeleted(view).build();
    }
    if (!run.isOpen()) {
      return response.setClosed(view).build();
    }
    return (run.parent() == null ? response.setOpened(view) : response.setForked(view)).build();
  }
}
