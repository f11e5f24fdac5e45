package dev.eider.it;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The one place that says what a stream of all runs promises, as {@link StreamChecker} does for one
 * run; every test that reads all runs feeds it.
 *
 * <p>It holds its reader, across resumes, to what a StreamChecker holds the reader of each run to.
 * Two checkers are then compared by {@link #shouldEqual} (OneOrder: the same envelopes to the byte
 * in the same order) and {@link #shouldBeTheRestOf} (Resumable: a stream after a token is what
 * followed that token).
 *
 * <p>Owned by the thread that feeds it until its stream has ended, then by the test.
 */
public final class LogChecker {
  private final boolean isFromStart;
  private final boolean isFiltered;
  private final Map<String, StreamChecker> runs = new LinkedHashMap<>();
  private final List<ByteString> hashes = new ArrayList<>();
  private final List<String> places = new ArrayList<>();

  /**
   * @param isFromStart whether its reader asked for everything, and not for what is after a token
   * @param isFiltered whether a filter leaves gaps
   */
  LogChecker(boolean isFromStart, boolean isFiltered) {
    this.isFromStart = isFromStart;
    this.isFiltered = isFiltered;
  }

  public void accept(RawEnvelope envelope) {
    String runId = envelope.runId();
    StreamChecker run =
        runs.computeIfAbsent(
            runId,
            id ->
                StreamChecker.of(
                    id, isFiltered || isFromStart ? 0 : envelope.seq() - 1, isFiltered));
    run.accept(envelope);
    places.add(runId + " " + envelope.seq());
    hashes.add(ByteString.copyFrom(RunDigests.sha256().digest(envelope.bytes().toByteArray())));
  }

  public int eventCount() {
    return places.size();
  }

  public Set<String> runIds() {
    return runs.keySet();
  }

  /** What came of one run. */
  public StreamChecker run(String runId) {
    StreamChecker run = runs.get(runId);
    if (run == null) {
      throw new AssertionError("Reliable: nothing came of run " + runId);
    }
    return run;
  }

  /** Run and seq of each event, in order. */
  public List<String> places() {
    return places;
  }

  /** OneOrder: both readers got the same. */
  public void shouldEqual(LogChecker other) {
    compare("OneOrder", other, 0);
  }

  /** Resumable: this reader got what followed so many events of the other. */
  public void shouldBeTheRestOf(LogChecker whole, int eventsBefore) {
    compare("Resumable", whole, eventsBefore);
  }

  private void compare(String promise, LogChecker other, int from) {
    if (places.size() != other.places.size() - from) {
      throw new AssertionError(
          promise + ": " + places.size() + " events, not " + (other.places.size() - from));
    }
    for (int i = 0; i < places.size(); i++) {
      if (!places.get(i).equals(other.places.get(from + i))
          || !hashes.get(i).equals(other.hashes.get(from + i))) {
        throw new AssertionError(
            String.format(
                "%s: event %d is %s, the other reader has %s",
                promise, from + i, places.get(i), other.places.get(from + i)));
      }
    }
  }
}
