package dev.eider.server.log.segment;

import java.util.List;

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
}
