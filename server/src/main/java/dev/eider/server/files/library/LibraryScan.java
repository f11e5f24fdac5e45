package dev.eider.server.files.library;

import dev.eider.server.base.Threads;
import dev.eider.server.base.WorkerLoop;
import dev.eider.server.files.format.FileStamp;
import dev.eider.server.files.format.LibraryFile;
import dev.eider.v1.Libraries;
import dev.eider.v1.Libraries.LeftOut;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks through the directories of libraries, at the start and again from time to time: for files
 * that are new, for those that were left out and may be read by now, and for those that were
 * changed after they were read through, which are read anew.
 *
 * <p>Runs on the thread {@code library}, which it owns. {@link #describe} and {@link #close} are
 * thread-safe.
 */
public final class LibraryScan implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LibraryScan.class);
  private static final long PAUSE_MS = 200;
  private static final long STOP_MS = 2_000;
  private static final int LEFT_OUT_SHOWN_MAX = 100;

  /** What DuckDB may spill while it sorts a file, in lengths of the file. */
  private static final long SPILLED_SHARE = 4;

  private final LibraryConfig config;
  private final LibraryIndex index;
  private final LibraryDependencies daemon;
  private final FileIndexing indexing;
  private final Map<Path, FileState> files = new ConcurrentSkipListMap<>();
  private final Map<Path, LeftOut> directories = new ConcurrentSkipListMap<>();

  /** The name under which each file is shown, by identity; of the worker. */
  private final Map<Object, Path> shownAs = new HashMap<>();

  private final WorkerLoop loop;

  // Written by the worker, read by those who ask.
  private volatile boolean isIndexing = true;

  // Written by the worker, read by the one that stops it.
  private volatile @Nullable LibraryFile reading;

  /** Starts the thread, which has nothing to do without libraries. */
  public LibraryScan(
      LibraryConfig config,
      LibraryIndex index,
      LibraryDependencies daemon,
      Threads threads,
      BiConsumer<String, Throwable> onDefect) {
    this.config = config;
    this.index = index;
    this.daemon = daemon;
    loop = new WorkerLoop(threads, "library", this::scanAgain, onDefect);
    indexing =
        new FileIndexing(
            index,
            daemon,
            new RunIdClaims(index, daemon.writer(), () -> loop.pause(PAUSE_MS)),
            loop::isStopping,
            config.runsMax());
    loop.start();
  }

  /** Says what there is and what is left out. */
  public Libraries describe() {
    List<LeftOut> leftOut = new ArrayList<>(directories.values());
    long leftOutFiles = leftOut.size();
    for (FileState file : files.values()) {
      List<LeftOut> reported = file.report();
      leftOut.addAll(reported);
      leftOutFiles += reported.isEmpty() ? 0 : 1;
    }
    return Libraries.newBuilder()
        .addAllDirectories(config.directories().stream().map(Path::toString).toList())
        .setFiles(files.values().stream().filter(FileState::isShown).count())
        .setRuns(index.shownCount())
        .setIndexing(isIndexing)
        .setLeftOutFiles(leftOutFiles)
        .addAllLeftOut(leftOut.stream().limit(LEFT_OUT_SHOWN_MAX).toList())
        .build();
  }

  /** Ends the thread; a file that is being read is left. Blocks. */
  @Override
  public void close() {
    loop.askToStop();
    LibraryFile current = reading;
    if (current != null) {
      current.cancel();
    }
    try {
      if (!loop.stop(STOP_MS)) {
        LOG.warn("a file of a library is still being read");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private long scanAgain() throws InterruptedException {
    if (config.directories().isEmpty()) {
      return WorkerLoop.UNTIL_WOKEN_MS;
    }
    scan();
    return config.scanMs() > 0 ? config.scanMs() : WorkerLoop.UNTIL_WOKEN_MS;
  }

  private void scan() throws InterruptedException {
    Set<Path> seen = new HashSet<>();
    for (Path directory : config.directories()) {
      try {
        DirectoryFiles found = DirectoryFiles.list(directory, config.runsMax());
        directories.remove(directory);
        long tooMany = found.more();
        for (Path path : found.paths()) {
          seen.add(path);
          tooMany += look(path) ? 0 : 1;
        }
        if (tooMany > 0) {
          leaveOut(
              directory, tooMany + " files are more than library-runs-max, " + config.runsMax());
        }
      } catch (IOException e) {
        leaveOut(directory, "it cannot be listed: " + e);
      }
    }
    if (!loop.isStopping()) {
      lookForTheMissing(seen);
      endIndexing();
    }
  }

  private void leaveOut(Path directory, String reason) {
    LeftOut now = FileState.wholeFile(directory, reason);
    if (!now.equals(directories.put(directory, now))) {
      LOG.warn("library {}: {}", directory, reason);
    }
  }

  private void endIndexing() {
    if (isIndexing) {
      isIndexing = false;
      LOG.info(
          "libraries: {} runs of {} files are shown; {} files are left out, or some of their runs",
          index.shownCount(),
          shownAs.size(),
          describe().getLeftOutFiles());
    }
  }

  /** Returns false when there are as many files as may be. */
  private boolean look(Path path) throws InterruptedException {
    FileState known = files.get(path);
    if (loop.isStopping()) {
      return true;
    }
    if (known == null && files.size() >= config.runsMax()) {
      return false;
    }
    @Nullable LibraryFile before = known == null ? null : known.file();
    if (known != null && before != null) {
      known = lookAgain(path, known);
    }
    try {
      FileStamp stamp = FileStamp.of(path);
      boolean isNew = known == null || !known.stamp().equals(stamp);
      if (isNew || (known != null && known.mayPass())) {
        isIndexing |= isNew;
        if (before != null) {
          shownAs.remove(before.stamp().file(), path);
        }
        put(path, known, read(path, stamp, before));
      }
    } catch (IOException e) {
      LOG.info("{} went before it was read: {}", path, e.toString());
    }
    return true;
  }

  /** Says of a file whose runs are shown, while it is read anew, that they cannot be read. */
  private FileState lookAgain(Path path, FileState known) {
    FileState now = known.lookedAtAgain();
    put(path, known, now);
    return now;
  }

  /** Takes over what has become of a file, and says so if that is new. */
  private void put(Path path, @Nullable FileState known, FileState now) {
    if (loop.isStopping()) {
      return;
    }
    files.put(path, now);
    if (known != null && known.isLost() == now.isLost() && known.report().equals(now.report())) {
      return;
    }
    if (known != null && known.isLost() && now.isShown() && !now.isLost()) {
      LOG.info("{} can be read again", path);
    }
    for (LeftOut leftOut : now.report()) {
      if (leftOut.getRunCount() == 0) {
        LOG.warn("{} is left out: {}", path, leftOut.getReason());
      } else {
        LOG.warn(
            "{} is left out of {}, {} in all: {}",
            leftOut.getRunId(),
            path,
            leftOut.getRunCount(),
            leftOut.getReason());
      }
    }
  }

  private FileState read(Path path, FileStamp stamp, @Nullable LibraryFile before)
      throws IOException, InterruptedException {
    FileState unread = unread(path, stamp);
    if (unread == null) {
      return index(new LibraryFile(path, stamp, daemon.scratch(), daemon.rules()), before);
    }
    indexing.hide(before);
    return unread;
  }

  /** Returns why a file is not to be read; null if it is. */
  private @Nullable FileState unread(Path path, FileStamp stamp) throws IOException {
    Path same = shownAs.get(stamp.file());
    if (same != null) {
      return FileState.leftOut(path, stamp, "it is the same file as " + same, false);
    }
    if (path.toRealPath().startsWith(config.dataDirectory().toRealPath())) {
      return FileState.leftOut(path, stamp, "it is in the daemon's own data directory", false);
    }
    long neededBytes = SPILLED_SHARE * stamp.bytes() + config.diskReserveBytes();
    if (daemon.scratch().tempDirectory().toFile().getUsableSpace() < neededBytes) {
      String reason = "the disk has not the %d bytes left that reading it may take";
      return FileState.leftOut(path, stamp, reason.formatted(neededBytes), true);
    }
    return null;
  }

  private FileState index(LibraryFile file, @Nullable LibraryFile before)
      throws InterruptedException {
    reading = file;
    if (loop.isStopping()) {
      file.cancel();
    }
    try {
      FileState state = indexing.index(file, before);
      if (state.isShown()) {
        shownAs.put(file.stamp().file(), file.path());
      }
      return state;
    } finally {
      reading = null;
    }
  }

  private void lookForTheMissing(Set<Path> seen) {
    files.entrySet().removeIf(file -> !seen.contains(file.getKey()) && !file.getValue().isShown());
    for (Path path : files.keySet()) {
      FileState known = files.get(path);
      if (!seen.contains(path) && known != null) {
        put(path, known, known.lookedAtAgain());
      }
    }
  }
}
