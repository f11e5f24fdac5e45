package dev.eider.server.files.library;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.RunId;
import dev.eider.server.files.format.LibraryFile;
import dev.eider.server.hub.RunTail;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.store.LibraryFileException;
import dev.eider.server.store.StoreException;
import dev.eider.v1.Libraries.LeftOut;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes one file at a time into the index: all of it, or nothing. Owned by the worker. */
final class FileIndexing {
  private static final Logger LOG = LoggerFactory.getLogger(FileIndexing.class);

  private final LibraryIndex index;
  private final LibraryDependencies daemon;
  private final RunIdClaims claims;
  private final BooleanSupplier isStopping;
  private final int runsMax;

  FileIndexing(
      LibraryIndex index,
      LibraryDependencies daemon,
      RunIdClaims claims,
      BooleanSupplier isStopping,
      int runsMax) {
    this.index = index;
    this.daemon = daemon;
    this.claims = claims;
    this.isStopping = isStopping;
    this.runsMax = runsMax;
  }

  /** Reads a file through and shows its runs. Blocks. */
  FileState index(LibraryFile file) throws InterruptedException {
    try {
      Found found = read(file);
      if (isStopping.getAsBoolean()) {
        return new FileState(file.stamp(), null, true, null, null);
      }
      if (found.runs.isEmpty() && found.firstLeftOut == null) {
        return leftOut(file, "it holds no runs", false);
      }
      return show(file, found);
    } catch (LibraryFileException e) {
      return leftOut(file, e.problem(), true);
    } catch (BrokerException refusal) {
      return leftOut(file, refusal.text(), false);
    } catch (StoreException e) {
      return leftOut(file, String.valueOf(e.getMessage()), true);
    } catch (RuntimeException defect) {
      LOG.error("the reading of {} ended by a defect", file.path(), defect);
      return leftOut(file, "a defect of the daemon; see its log", false);
    }
  }

  private static FileState leftOut(LibraryFile file, String reason, boolean mayPass) {
    return FileState.leftOut(file.path(), file.stamp(), reason, mayPass);
  }

  private Found read(LibraryFile file) throws StoreException {
    Found found = new Found();
    file.readThrough(
        run -> {
          found.count += LibraryIndex.countOf(run);
          if (index.count() + found.count > runsMax) {
            found.add(run.runId(), "it and what follows is more than library-runs-max, " + runsMax);
            return false;
          }
          found.runs.add(run);
          found.events += run.headSeq();
          return !isStopping.getAsBoolean();
        });
    return found;
  }

  private FileState show(LibraryFile file, Found found)
      throws StoreException, InterruptedException {
    int shown = 0;
    try {
      List<FoldedRun> claimed = claims.claim(found.runs, file, found);
      for (FoldedRun run : withoutCircles(claimed, found)) {
        index.show(run.runId());
        daemon.hub().announce(run);
        shown++;
      }
    } finally {
      claims.giveBack(found.runs, file);
    }
    LOG.info(
        "{} has {} runs with {} events; {} runs of it are shown",
        file.path(),
        found.runs.size(),
        found.events,
        shown);
    return FileState.shown(file, found.leftOut(file));
  }

  private List<FoldedRun> withoutCircles(List<FoldedRun> claimed, Found found)
      throws StoreException {
    Lineage lineage = new Lineage(claimed, this::find);
    List<FoldedRun> kept = new ArrayList<>();
    for (FoldedRun run : claimed) {
      if (lineage.isCircle(run)) {
        found.add(run.runId(), "it is its own ancestor");
      } else {
        kept.add(run);
      }
    }
    return kept;
  }

  /** Finds a run that is there already, be it deleted and kept for its forks. */
  private @Nullable FoldedRun find(RunId runId) throws StoreException {
    RunTail tail = daemon.hub().find(runId);
    FoldedRun inMemory = tail == null ? daemon.hub().findImported(runId) : tail.run();
    if (inMemory != null) {
      return inMemory;
    }
    FoldedRun stored = daemon.reader().findRun(runId);
    return stored == null ? daemon.reader().findKept(runId) : stored;
  }

  /** What was found in a file. Owned by the worker. */
  private static final class Found implements RunIdClaims.LeftOutRuns {
    private final List<FoldedRun> runs = new ArrayList<>();
    private long count;
    private long events;
    private long leftOutCount;
    private @Nullable RunId firstLeftOut;
    private String firstReason = "";

    @Override
    public void add(RunId runId, String reason) {
      LOG.debug("run {} is left out: {}", runId, reason);
      leftOutCount++;
      if (firstLeftOut == null) {
        firstLeftOut = runId;
        firstReason = reason;
      }
    }

    @Nullable LeftOut leftOut(LibraryFile file) {
      return firstLeftOut == null
          ? null
          : FileState.runs(file.path(), leftOutCount, firstLeftOut, firstReason);
    }
  }
}
