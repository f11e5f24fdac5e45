package dev.eider.server.log.segment;

import java.util.List;
import java.util.Optional;

/**
 * What a log's files hold. Immutable.
 *
 * @param segments in order; empty for a log that has not begun
 * @param writeEnd the position after the last intact frame
 * @param recordsEnd the position after the last record, or a base before which all of them are
 * @param knownForced everything before it is known to be on disk
 * @param tornBytes how many bytes are behind {@code writeEnd}
 * @param hasHeader whether the last segment's header is whole
 * @param owesMark whether the last frame is one that no mark speaks for
 */
record RecoveredLog(
    List<Segment> segments,
    long writeEnd,
    long recordsEnd,
    long knownForced,
    long tornBytes,
    boolean hasHeader,
    boolean owesMark) {
  static final RecoveredLog EMPTY = new RecoveredLog(List.of(), 0, 0, 0, 0, false, false);

  Segment last() {
    return segments.get(segments.size() - 1);
  }

  /** Describes what a crash left behind the last intact frame, if it left anything. */
  Optional<String> tornEnd() {
    if (segments.isEmpty() || (tornBytes == 0 && hasHeader)) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(
            "the end of log file %s is torn, as a crash leaves it: dropping %d bytes from byte %d"
                + " on",
            last(), tornBytes, hasHeader ? writeEnd - last().base() : 0));
  }
}
