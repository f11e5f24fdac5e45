package dev.eider.it;

import com.google.protobuf.ByteString;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The one place that says what a stream of a run promises; every test that reads feeds it.
 *
 * <p>One checker follows one reader of one run, across resumes. While it is fed it holds the reader
 * to
 *
 * <ul>
 *   <li>Ordered: seqs rise;
 *   <li>Unique: no seq comes twice;
 *   <li>Reliable: without a filter each seq is the one before plus one, the first is the one after
 *       {@code after_seq};
 *   <li>Resumable: a resume begins right after the last seq received, and the above hold across it;
 *   <li>and every envelope names the run that was asked for.
 * </ul>
 *
 * <p>A checker of a whole timeline ({@link #timeline}) also takes what the run inherits: runs that
 * come one after the other, none twice, the run itself last. The above then hold for each of them.
 *
 * <p>Two checkers of one run are then compared by {@link #shouldEqual} (ColdEqualsLive: the same
 * envelopes to the byte) and {@link #shouldContain} (DurableBeforeVisible: what one reader saw
 * before a crash is there after it). {@link #shouldHaveDigest} recomputes {@code Run.digest}. A
 * broken promise is an AssertionError that begins with its name.
 *
 * <p>Keeps a hash of each event instead of the event. Owned by the thread that feeds it until its
 * stream has ended, then by the test.
 */
public final class StreamChecker {
  private final String runId;
  private final long firstAfterSeq;
  private final boolean filtered;
  private final boolean timeline;

  /** What came of each ancestor, in the order in which they came. */
  private final LinkedHashMap<String, StreamChecker> inherited = new LinkedHashMap<>();

  private String currentRunId;
  private final EventHashes hashes = new EventHashes();
  private byte[] digest;
  private long lastSeq;

  private StreamChecker(String runId, long afterSeq, boolean filtered, boolean timeline) {
    this.runId = runId;
    this.timeline = timeline;
    this.currentRunId = timeline ? "" : runId;
    this.firstAfterSeq = afterSeq;
    this.filtered = filtered;
    this.lastSeq = afterSeq;
    this.digest = RunDigests.initial(runId);
  }

  /** For a reader that asked for every event after a seq. */
  public static StreamChecker after(String runId, long afterSeq) {
    return of(runId, afterSeq, false);
  }

  /** For a reader whose filter leaves gaps. */
  public static StreamChecker filtered(String runId, long afterSeq) {
    return of(runId, afterSeq, true);
  }

  static StreamChecker of(String runId, long afterSeq, boolean filtered) {
    return new StreamChecker(runId, afterSeq, filtered, false);
  }

  /** For a reader that asked for the run with what it inherits, from the start. */
  public static StreamChecker timeline(String runId, boolean filtered) {
    return new StreamChecker(runId, 0, filtered, true);
  }

  /** For a reader of a timeline that begins after a place in it. */
  public static StreamChecker timelineAfter(
      String runId, String afterRunId, long afterSeq, boolean filtered) {
    boolean own = afterRunId.equals(runId);
    StreamChecker checker = new StreamChecker(runId, own ? afterSeq : 0, filtered, true);
    checker.currentRunId = afterRunId;
    if (!own) {
      StreamChecker part = new StreamChecker(afterRunId, afterSeq, filtered, false);
      checker.inherited.put(afterRunId, part);
    }
    return checker;
  }

  public void accept(RawEnvelope envelope) {
    if (timeline && !envelope.runId().equals(runId)) {
      acceptInherited(envelope);
      return;
    }
    currentRunId = runId;
    long seq = envelope.seq();
    check(envelope.runId().equals(runId), "Run: an envelope of %s came", envelope.runId());
    check(hashes.find(seq) < 0, "Unique: seq %d came again", seq);
    check(seq > lastSeq, "Ordered: seq %d came after %d", seq, lastSeq);
    check(filtered || seq == lastSeq + 1, "Reliable: seq %d came after %d", seq, lastSeq);
    lastSeq = seq;
    hashes.add(seq, envelope.bytes());
    digest = RunDigests.next(digest, envelope.event().toByteArray());
  }

  private void acceptInherited(RawEnvelope envelope) {
    String ancestor = envelope.runId();
    check(!currentRunId.equals(runId), "Ordered: %s came after the run itself", ancestor);
    if (!ancestor.equals(currentRunId)) {
      StreamChecker part = new StreamChecker(ancestor, 0, filtered, false);
      check(inherited.put(ancestor, part) == null, "Unique: %s came again", ancestor);
      currentRunId = ancestor;
    }
    inherited.get(ancestor).accept(envelope);
  }

  public void acceptAll(List<RawEnvelope> envelopes) {
    envelopes.forEach(this::accept);
  }

  /** Says that the reader asks again; what comes next must continue what has come. */
  public void resume(long afterSeq) {
    check(afterSeq == lastSeq, "Resumable: resumed after %d, not after %d", afterSeq, lastSeq);
  }

  /** The run of the last event received; empty when a timeline has not begun. */
  public String currentRunId() {
    return currentRunId;
  }

  /** The last seq received of that run. */
  public long currentSeq() {
    return inherited.containsKey(currentRunId) ? inherited.get(currentRunId).lastSeq : lastSeq;
  }

  /** What was received of each ancestor, the first one first: run id and last seq. */
  public Map<String, Long> inheritedUpTo() {
    Map<String, Long> upTo = new LinkedHashMap<>();
    inherited.forEach((ancestor, part) -> upTo.put(ancestor, part.lastSeq));
    return upTo;
  }

  public String runId() {
    return runId;
  }

  /** The last seq received, or where the reader began. */
  public long lastSeq() {
    return lastSeq;
  }

  /** How many events came, the inherited ones included. */
  public int eventCount() {
    int count = hashes.size();
    for (StreamChecker part : inherited.values()) {
      count += part.eventCount();
    }
    return count;
  }

  /** The seqs received of the run itself, in order. */
  public List<Long> seqs() {
    return IntStream.range(0, hashes.size()).mapToObj(hashes::seq).toList();
  }

  public boolean isFiltered() {
    return filtered;
  }

  public boolean isTimeline() {
    return timeline;
  }

  /** Says whether the reader asked for everything from the start. */
  public boolean isWholeRun() {
    return !filtered && firstAfterSeq == 0;
  }

  /** Complete: the reader has everything up to a seq, inclusive. */
  public void shouldHaveAllUpTo(long seq) {
    check(
        lastSeq == seq, "Reliable: the stream ended after %d, the run goes up to %d", lastSeq, seq);
  }

  /** ColdEqualsLive: both readers got the same bytes, from the later of their starts on. */
  public void shouldEqual(StreamChecker other) {
    long from = Math.max(firstAfterSeq, other.firstAfterSeq);
    check(
        lastSeq == other.lastSeq,
        "ColdEqualsLive: one reader got up to %d, another up to %d",
        lastSeq,
        other.lastSeq);
    compare("ColdEqualsLive", other, from);
    check(
        List.copyOf(inherited.keySet()).equals(List.copyOf(other.inherited.keySet())),
        "ColdEqualsLive: one reader inherited %s, another %s",
        inherited.keySet(),
        other.inherited.keySet());
    inherited.forEach((ancestor, part) -> part.shouldEqual(other.inherited.get(ancestor)));
  }

  /** What was inherited of a run is what a reader of that run got. */
  public void shouldInheritFrom(StreamChecker ancestor) {
    ancestor.shouldContain(inherited.get(ancestor.runId()));
  }

  /** DurableBeforeVisible: everything that another reader saw is here, and is the same. */
  public void shouldContain(StreamChecker seenBefore) {
    check(
        lastSeq >= seenBefore.lastSeq,
        "DurableBeforeVisible: seq %d was seen, the run now ends at %d",
        seenBefore.lastSeq,
        lastSeq);
    compare("DurableBeforeVisible", seenBefore, Math.max(firstAfterSeq, seenBefore.firstAfterSeq));
  }

  private void compare(String promise, StreamChecker other, long afterSeq) {
    for (int i = other.hashes.firstAfter(afterSeq); i < other.hashes.size(); i++) {
      long seq = other.hashes.seq(i);
      int here = hashes.find(seq);
      check(here >= 0, "%s: seq %d is missing", promise, seq);
      check(hashes.hash(here) == other.hashes.hash(i), "%s: seq %d differs", promise, seq);
    }
  }

  /** Digest: what was read hashes to what the daemon says. For readers from the start. */
  public void shouldHaveDigest(ByteString expected) {
    check(isWholeRun(), "Digest: this reader did not read the whole run");
    check(
        ByteString.copyFrom(digest).equals(expected),
        "Digest: %d events hash to %s, the daemon says %s",
        hashes.size(),
        RunDigests.hex(ByteString.copyFrom(digest)),
        RunDigests.hex(expected));
  }

  private void check(boolean holds, String problem, Object... facts) {
    if (!holds) {
      throw new AssertionError(String.format(problem, facts) + " [run " + runId + "]");
    }
  }
}
