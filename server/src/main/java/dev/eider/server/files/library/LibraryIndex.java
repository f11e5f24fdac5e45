package dev.eider.server.files.library;

import dev.eider.server.event.RunId;
import dev.eider.server.files.format.LibraryFile;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.RunPlace;
import dev.eider.server.store.ColdReader.RunQuery;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The runs of libraries, each with its file. A run is claimed first: no other file gets its id
 * then, and readers do not find it yet. Once it is shown it stays as it is, until its file has
 * changed and was read anew: then another edition of the run takes its place, or it goes.
 *
 * <p>Changed by the worker {@code library}; everything else is thread-safe.
 */
public final class LibraryIndex {
  /** The most bytes of a run, with its file, that count as one run. */
  public static final int RUN_BYTES = 1 << 10;

  static final Comparator<FoldedRun> NEWEST_FIRST =
      Comparator.comparing(RunPlace::of, RunPlace.NEWEST_FIRST);

  private final Map<RunId, Entry> entries = new ConcurrentHashMap<>();
  private final AtomicInteger shown = new AtomicInteger();
  private long count;
  private long lastEdition;

  /** Returns for how many runs a run counts, by the memory that it takes. */
  static long countOf(FoldedRun run) {
    return 1 + run.memoryBytes() / RUN_BYTES;
  }

  /** Returns for how many runs the present ones count. */
  long count() {
    return count;
  }

  /** Returns how many runs are shown. */
  int shownCount() {
    return shown.get();
  }

  /**
   * Takes the id of a run, unless another file has it.
   *
   * @param before what the file was when it was read before, whose runs are shown; null if never
   */
  boolean claim(FoldedRun run, LibraryFile file, @Nullable LibraryFile before) {
    Entry other = entries.putIfAbsent(run.runId(), new Entry(run, file, false));
    if (other != null) {
      return other.file.equals(before);
    }
    count += countOf(run);
    return true;
  }

  /** Returns for how many runs those of a file count. */
  long countOf(@Nullable LibraryFile file) {
    return entries.values().stream()
        .filter(entry -> entry.file.equals(file))
        .mapToLong(entry -> countOf(entry.run))
        .sum();
  }

  /** Returns a run as the edition that it is: the one that is shown, if it has the same events. */
  FoldedRun edition(FoldedRun run) {
    FoldedRun shownNow = find(run.runId());
    if (shownNow == null) {
      return run.inLibrary(lastEdition);
    }
    return shownNow.headSeq() == run.headSeq() && Arrays.equals(shownNow.digest(), run.digest())
        ? run.inLibrary(-1 - shownNow.lastPosition())
        : run.inLibrary(++lastEdition);
  }

  /**
   * Gives back the id of a run, if this file has claimed it and it is not shown; returns whether it
   * has.
   */
  boolean giveBack(FoldedRun run, LibraryFile file) {
    Entry entry = entries.get(run.runId());
    if (entry == null || !entry.file.equals(file) || entry.isShown) {
      return false;
    }
    entries.remove(run.runId());
    count -= countOf(run);
    return true;
  }

  /** Has readers find a run that is claimed, in place of what it was before. */
  void show(FoldedRun run, LibraryFile file) {
    Entry before = entries.put(run.runId(), new Entry(run, file, true));
    count += countOf(run) - (before == null ? 0 : countOf(before.run));
    if (before == null || !before.isShown) {
      shown.incrementAndGet();
    }
  }

  /** Hides the runs of a file, and gives back their ids; returns them. */
  List<FoldedRun> hide(LibraryFile file) {
    List<FoldedRun> hidden =
        entries.values().stream()
            .filter(entry -> entry.file.equals(file))
            .map(entry -> entry.run)
            .toList();
    for (FoldedRun run : hidden) {
      entries.remove(run.runId());
      count -= countOf(run);
      shown.decrementAndGet();
    }
    return hidden;
  }

  /** Returns whether a run is shown as it is in a file. */
  boolean isShown(FoldedRun run, LibraryFile file) {
    return file.equals(findFile(run.runId()));
  }

  /** Returns the file of a run that is shown, or null. */
  @Nullable LibraryFile findFile(RunId runId) {
    Entry entry = entries.get(runId);
    return entry == null || !entry.isShown ? null : entry.file;
  }

  /** Returns a run that is shown, or null. */
  @Nullable FoldedRun find(RunId runId) {
    Entry entry = entries.get(runId);
    return entry == null || !entry.isShown ? null : entry.run;
  }

  /** Lists runs that are shown, newest first. */
  List<FoldedRun> list(RunQuery query) {
    return entries.values().stream()
        .filter(entry -> entry.isShown && query.matches(entry.run))
        .map(entry -> entry.run)
        .sorted(NEWEST_FIRST)
        .limit(query.runsMax())
        .toList();
  }

  private record Entry(FoldedRun run, LibraryFile file, boolean isShown) {}
}
