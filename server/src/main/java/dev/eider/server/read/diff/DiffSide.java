package dev.eider.server.read.diff;

import com.google.protobuf.CodedOutputStream;
import dev.eider.server.base.Invariants;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.read.history.Inheritance;
import dev.eider.server.read.history.PartReader;
import dev.eider.server.read.history.ReadStart;
import dev.eider.server.read.history.RunHistory;
import dev.eider.server.read.history.RunHistory.Page;
import dev.eider.server.read.history.RunHistory.PageSize;
import dev.eider.server.run.FoldedRun;
import dev.eider.v1.DiffRunsResponse.DiffPlace;
import dev.eider.v1.Difference;
import dev.eider.v1.Event;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way of a {@link RunDiff} through one of its runs, as it was when the way began. Keeps what
 * distinguishes the events of one page, not the events. Owned by the diff, on one thread at a time.
 */
final class DiffSide {
  private final RunHistory history;
  private final ReadStart start;
  private final EventMatcher matcher;
  private final Inheritance inheritance;
  private final Deque<ComparedEvent> ahead = new ArrayDeque<>();
  private @Nullable FoldedRun run;
  private @Nullable PartReader own;

  DiffSide(RunHistory history, RunId runId, boolean includeInherited, EventMatcher matcher) {
    this.history = history;
    this.matcher = matcher;
    start = new ReadStart(runId, 0, includeInherited, null);
    inheritance = new Inheritance(history, start);
  }

  /** Looks the run up, the first time. Blocks; RUN_NOT_FOUND or STORAGE_UNAVAILABLE. */
  void begin() {
    if (run == null) {
      run = history.get(start.runId()).run();
      own = new PartReader(history, start.runId(), 0, run.headSeq());
    }
  }

  /** Requires that the run is still there. Blocks; RUN_NOT_FOUND or STORAGE_UNAVAILABLE. */
  void requireThere() {
    history.requireThere(start.runId());
  }

  /** The seq up to which the run is compared. */
  long headSeq() {
    return begun().headSeq();
  }

  /** The next event; null when there is none, or it has yet to be read. */
  @Nullable ComparedEvent peek() {
    return ahead.peekFirst();
  }

  void drop() {
    ahead.removeFirst();
  }

  void dropAll() {
    ahead.clear();
  }

  /** Returns whether every event has been handed out. */
  boolean isAtEnd() {
    return ahead.isEmpty() && inheritance.isOver() && ownPart().isRead();
  }

  /** Reads a page when none is ahead. Blocks; RUN_NOT_FOUND or STORAGE_UNAVAILABLE. */
  List<ComparedEvent> readOn(PageSize size) {
    if (!ahead.isEmpty() || isAtEnd()) {
      return List.of();
    }
    boolean isInherited = !inheritance.isOver();
    Page page =
        isInherited
            ? inheritance.read(begun(), matcher, size, true)
            : ownPart().read(matcher, size, true);
    Page read =
        Invariants.requireNonNull(page, "run %s: no page though it may block", start.runId());
    RunId ofRun = start.runId();
    if (isInherited) {
      RunId ancestor = inheritance.runId();
      ofRun = ancestor == null ? ofRun : ancestor;
      inheritance.advance(read);
    } else {
      ownPart().advance(read);
    }
    for (SequencedEvent event : read.events()) {
      ahead.add(ComparedEvent.of(ofRun, event));
    }
    return List.copyOf(ahead);
  }

  private FoldedRun begun() {
    return Invariants.requireNonNull(run, "run %s is not looked up", start.runId());
  }

  private PartReader ownPart() {
    return Invariants.requireNonNull(own, "run %s is not looked up", start.runId());
  }

  /**
   * What is compared of an event, and where it stands. The payload is there as a hash that does not
   * depend on the order in which maps were encoded. Immutable: nobody writes to {@code hash}.
   *
   * @param hash SHA-256 of the event without ts, schema_version and attributes
   */
  @SuppressWarnings("ArrayRecordComponent") // never written to; not compared by equals
  record ComparedEvent(RunId runId, long seq, int t, String agentId, String kind, byte[] hash) {

    static ComparedEvent of(RunId runId, SequencedEvent event) {
      return new ComparedEvent(
          runId, event.seq(), event.t(), event.agentId(), event.kind(), hash(event));
    }

    /** Says in what the other one differs first; UNSPECIFIED when it does not. */
    Difference differenceTo(ComparedEvent other) {
      if (t != other.t) {
        return Difference.DIFFERENCE_T;
      }
      if (!agentId.equals(other.agentId)) {
        return Difference.DIFFERENCE_AGENT;
      }
      if (!kind.equals(other.kind)) {
        return Difference.DIFFERENCE_KIND;
      }
      return Arrays.equals(hash, other.hash)
          ? Difference.DIFFERENCE_UNSPECIFIED
          : Difference.DIFFERENCE_PAYLOAD;
    }

    DiffPlace place() {
      return DiffPlace.newBuilder()
          .setRunId(runId.value())
          .setSeq(seq)
          .setT(t)
          .setAgentId(agentId)
          .setKind(kind)
          .build();
    }

    private static byte[] hash(SequencedEvent event) {
      Event compared =
          event.parse().getEvent().toBuilder()
              .clearTs()
              .clearSchemaVersion()
              .clearAttributes()
              .build();
      MessageDigest sha256 = sha256();
      try {
        CodedOutputStream out =
            CodedOutputStream.newInstance(
                new DigestOutputStream(OutputStream.nullOutputStream(), sha256));
        out.useDeterministicSerialization();
        compared.writeTo(out);
        out.flush();
      } catch (IOException e) {
        throw new UncheckedIOException("nothing is written anywhere", e);
      }
      return sha256.digest();
    }

    private static MessageDigest sha256() {
      try {
        return MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java has SHA-256", e);
      }
    }
  }
}
