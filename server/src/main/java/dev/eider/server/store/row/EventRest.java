package dev.eider.server.store.row;

import static dev.eider.server.base.Invariants.require;

import dev.eider.server.base.Invariants;
import java.io.ByteArrayOutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * An encoded event without what its payload's text says already.
 *
 * <p>Most of an event is text, and stands in {@code payload_json} letter by letter. So the column
 * {@code event_rest} holds the event with that text left out: stretches of its own bytes, and
 * between them which stretch of the payload's text goes there. Putting the two together gives the
 * event as it was, to the byte, whatever it holds: nothing is parsed and encoded again, and where
 * the text is of no use everything is the event's own.
 *
 * <pre>
 *   rest    = own { copied own }
 *   own     = length, bytes
 *   copied  = how far after the last stretch copied this one begins in the text, its length
 * </pre>
 *
 * Numbers are varints: seven bits a byte, the lowest first, the top bit set on all but the last.
 */
public final class EventRest {
  /** A shorter text costs as much to name as to keep. */
  private static final int COPY_BYTES_MIN = Long.BYTES;

  /** How often an event is looked through at the most, for text that is not there in this order. */
  private static final int SEARCHES_MAX = 16;

  /**
   * An event that is larger is put together from no more than its own size, since its text may be
   * several times as long and both are in memory then.
   */
  private static final int LARGE_BYTES = 256 << 10;

  private static final int SPARE_BYTES = 4 << 10;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private EventRest() {}

  /**
   * Leaves out of an event what is in a text.
   *
   * @param text UTF-8, JSON
   * @return something shorter than the event, or all of the event as its own
   */
  public static byte[] of(byte[] event, byte[] text) {
    byte[] rest = without(text, event);
    long partsMax = event.length < LARGE_BYTES ? 2L * event.length : event.length;
    if (rest.length < event.length && (long) rest.length + text.length <= partsMax + SPARE_BYTES) {
      return rest;
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream(event.length + Integer.BYTES + 1);
    putOwn(all, event, 0, event.length);
    return all.toByteArray();
  }

  private static byte[] without(byte[] text, byte[] event) {
    ByteArrayOutputStream rest = new ByteArrayOutputStream(64);
    long budget = (long) SEARCHES_MAX * event.length;
    int kept = 0;
    int copiedUntil = 0;
    int end;
    for (int from = 0; from < text.length && budget > 0; from = end + 1) {
      end = endOfStretch(text, from);
      if (end - from < COPY_BYTES_MIN) {
        continue;
      }
      int found = find(event, kept, text, from, end);
      budget -= (found < 0 ? event.length : found + end - from) - kept;
      if (found >= 0) {
        putOwn(rest, event, kept, found);
        putNumber(rest, from - copiedUntil);
        putNumber(rest, end - from);
        kept = found + end - from;
        copiedUntil = end;
      }
    }
    putOwn(rest, event, kept, event.length);
    return rest.toByteArray();
  }

  /**
   * Puts an event of {@code size} bytes together again.
   *
   * @throws Invariants.InvariantBroken if rest, text and size are not of one event
   */
  public static byte[] restored(byte[] rest, byte[] text, int size) {
    byte[] target = new byte[size];
    restore(rest, text, target, 0, size);
    return target;
  }

  /**
   * Puts an event of {@code size} bytes together again where it is wanted.
   *
   * @throws Invariants.InvariantBroken if rest, text and size are not of one event
   */
  public static void restore(byte[] rest, byte[] text, byte[] target, int from, int size) {
    Numbers numbers = new Numbers(rest);
    int until = from + size;
    int at = from;
    int textAt = 0;
    while (true) {
      int own = numbers.next();
      requireRoom(own, rest.length - numbers.at, until - at);
      System.arraycopy(rest, numbers.at, target, at, own);
      numbers.at += own;
      at += own;
      if (numbers.at == rest.length) {
        require(at == until, "an event has %d bytes instead of %d", at - from, size);
        return;
      }
      textAt += numbers.next();
      int copied = numbers.next();
      requireRoom(copied, text.length - textAt, until - at);
      System.arraycopy(text, textAt, target, at, copied);
      textAt += copied;
      at += copied;
    }
  }

  private static void requireRoom(int length, int there, int room) {
    // The usual case makes no array of arguments.
    if (length < 0 || length > there || length > room) {
      require(
          false,
          "a stretch of an event has %d bytes, where there are %d and room for %d",
          length,
          there,
          room);
    }
  }

  /** Stretches of text end where JSON begins: at a quotation mark, or at what it escapes. */
  private static int endOfStretch(byte[] text, int from) {
    int end = from;
    while (end < text.length && text[end] != '"' && text[end] != '\\') {
      end++;
    }
    return end;
  }

  /** Where the text's bytes from {@code from} to {@code end} are in the event; -1: nowhere. */
  private static int find(byte[] event, int after, byte[] text, int from, int end) {
    long begins = (long) LONGS.get(text, from);
    int last = event.length - (end - from);
    for (int at = after; at <= last; at++) {
      if ((long) LONGS.get(event, at) == begins
          && Arrays.equals(event, at, at + end - from, text, from, end)) {
        return at;
      }
    }
    return -1;
  }

  private static void putOwn(ByteArrayOutputStream rest, byte[] event, int from, int to) {
    putNumber(rest, to - from);
    rest.write(event, from, to - from);
  }

  private static void putNumber(ByteArrayOutputStream rest, int number) {
    int left = number;
    while (left > 0x7f) {
      rest.write((left & 0x7f) | 0x80);
      left >>>= 7;
    }
    rest.write(left);
  }

  /** Reads numbers. Confined to one call. */
  private static final class Numbers {
    private final byte[] bytes;
    private int at;

    Numbers(byte[] bytes) {
      this.bytes = bytes;
    }

    int next() {
      int number = 0;
      for (int shift = 0; shift < Integer.SIZE; shift += 7) {
        require(at < bytes.length, "an event ends in the middle of a number");
        byte part = bytes[at++];
        number |= (part & 0x7f) << shift;
        if (part >= 0) {
          return number;
        }
      }
      require(false, "a number of an event has no end");
      return number;
    }
  }
}
