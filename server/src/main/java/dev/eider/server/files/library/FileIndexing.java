package dev.eider.server.files.library;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.RunId;
import dev.eider.server.files.format.LibraryFile;
import dev.eider.server.files.format.RunFile.BadRun;
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
  private static final int LEFT_OUT_TOLD_MAX = 20;

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

  /**
   * Reads a file through and shows its runs, in place of those that were shown of it before.
   * Blocks.
   *
   * @param before what the file was when it was read before; null if it was not, or was left out
   */
  FileState index(LibraryFile file, @Nullable LibraryFile before) throws InterruptedException {
    FileState state = read(file, before);
    if (!isStopping.getAsBoolean()) {
      hide(before);
    }
    return state;
  }

  /** Hides the runs that are still shown as they were in a file. */
  void hide(@Nullable LibraryFile before) {
    if (before != null) {
      List<FoldedRun> hidden = index.hide(before);
      claims.giveBack(hidden);
      hidden.forEach(run -> daemon.hub().announceErased(run.runId()));
    }
  }

  private FileState read(LibraryFile file, @Nullable LibraryFile before)
      throws InterruptedException {
    try {
      Found found = new Found(file);
      readThrough(found, runsMax - index.count() + index.countOf(before));
      if (isStopping.getAsBoolean()) {
        return FileState.leftOut(file.stamp(), List.of(), true);
      }
      if (found.runs.isEmpty()) {
        return found.leftOut.isEmpty()
            ? leftOut(file, "it holds no runs", false)
            : FileState.leftOut(file.stamp(), found.leftOut(), false);
      }
      return show(file, before, found);
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

  private void readThrough(Found found, long roomRuns) throws StoreException {
    found.file.readThrough(
        new LibraryFile.Runs() {
          @Override
          public boolean add(FoldedRun run) {
            found.count += LibraryIndex.countOf(run);
            if (found.count > roomRuns) {
              found.add(
                  run.runId(), "it and what follows is more than library-runs-max, " + runsMax);
              return false;
            }
            found.runs.add(index.edition(run));
            found.events += run.headSeq();
            return !isStopping.getAsBoolean();
          }

          @Override
          public boolean addAtFault(BadRun run) {
            found.add(run.runId(), run.row(), run.reason());
            return !isStopping.getAsBoolean();
          }
        });
  }

  private FileState show(LibraryFile file, @Nullable LibraryFile before, Found found)
      throws StoreException, InterruptedException {
    int shown = 0;
    try {
      List<FoldedRun> claimed = claims.claim(found.runs, file, before, found);
      for (FoldedRun run : withoutCircles(claimed, found)) {
        FoldedRun known = index.find(run.runId());
        index.show(run, file);
        if (known == null || known.lastPosition() != run.lastPosition()) {
          daemon.hub().announceErased(run.runId());
          daemon.hub().announce(run);
        }
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
    return FileState.shown(file, found.leftOut());
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
    private final LibraryFile file;
    private final List<FoldedRun> runs = new ArrayList<>();
    private final List<LeftOut> leftOut = new ArrayList<>();
    private long count;
    private long events;
    private long leftOutCount;

    Found(LibraryFile file) {
      this.file = file;
    }

    @Override
    public void add(RunId runId, String reason) {
      add(runId, 0, reason);
    }

    void add(RunId runId, long row, String reason) {
      LOG.debug("run {} is left out: {}", runId, reason);
      leftOutCount++;
      if (leftOut.size() < LEFT_OUT_TOLD_MAX) {
        leftOut.add(
            LeftOut.newBuilder()
                .setFile(file.path().toString())
                .setRunCount(1)
                .setRunId(runId.value())
                .setRow(row)
                .setReason(reason)
                .build());
      }
    }

    /** Returns the runs that are left out; the last stands for all that there is no room for. */
    List<LeftOut> leftOut() {
      if (leftOutCount > leftOut.size()) {
        int last = leftOut.size() - 1;
        leftOut.set(last, leftOut.get(last).toBuilder().setRunCount(leftOutCount - last).build());
      }
      return leftOut;
    }
  }
}
