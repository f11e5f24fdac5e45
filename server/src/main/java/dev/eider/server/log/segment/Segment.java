package dev.eider.server.log.segment;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A file of the log. Thread-safe. */
final class Segment {
  static final String SUFFIX = ".log";
  private static final Pattern NAME = Pattern.compile("[0-9]{20}\\.log");

  private final long base;
  private final String name;

  /** Written by the log's owner, once; read by readers. */
  private volatile long end = Long.MAX_VALUE;

  Segment(long base) {
    this.base = base;
    this.name = nameOf(base);
  }

  /** Returns the base in a file's name, or null if it is no segment's name. */
  static @Nullable Long baseOf(String name) {
    if (!NAME.matcher(name).matches()) {
      return null;
    }
    try {
      return Long.parseLong(name.substring(0, name.length() - SUFFIX.length()));
    } catch (NumberFormatException tooLarge) {
      return null;
    }
  }

  static String nameOf(long base) {
    return String.format(Locale.ROOT, "%020d%s", base, SUFFIX);
  }

  /** Returns the position of the file's first byte. */
  long base() {
    return base;
  }

  String name() {
    return name;
  }

  /** Returns the position of the first frame. */
  long firstFrame() {
    return base + SegmentHeader.BYTES;
  }

  /** Returns the position after the last frame, the next segment's base; huge while active. */
  long end() {
    return end;
  }

  /** Seals the segment: no frame will be added behind this end. */
  void seal(long position) {
    end = position;
  }

  @Override
  public String toString() {
    return name;
  }
}
