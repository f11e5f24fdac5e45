package dev.eider.server.files.format;

import java.sql.ResultSet;
import java.sql.SQLException;

/** Counts the rows that fit into a page, by their lengths. Used by one thread. */
final class PageLengths {
  private final long bytesMax;
  private int count;
  private long bytes;
  private long longest;

  /**
   * @param bytesMax the page ends with the row that reaches it
   */
  PageLengths(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** Reads the lengths of the rows that may be in the page. */
  void read(ResultSet rows) throws SQLException {
    while (bytes < bytesMax && rows.next()) {
      long length = rows.getLong(1);
      count++;
      bytes += length;
      longest = Math.max(longest, length);
    }
  }

  int count() {
    return count;
  }

  long longest() {
    return longest;
  }
}
