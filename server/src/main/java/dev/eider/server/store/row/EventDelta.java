package dev.eider.server.store.row;

import static dev.eider.server.base.Invariants.require;

import dev.eider.server.base.Invariants;
import java.io.ByteArrayOutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An encoded event as a delta against its JSON text, that is {@code payload_json} with {@code
 * attributes} behind it: literal bytes of the event, and between them copies from the text.
 *
 * <p>Most of an event is text, and stands in the JSON letter by letter. So the column {@code
 * event_rest} holds a delta, and no text is stored twice. Applying the delta to the text gives the
 * event as it was, to the byte, whatever it holds: nothing is parsed and encoded again, and where
 * the text is of no use the delta is one literal.
 *
 * <pre>
 *   delta   = literal { copy literal }
 *   literal = its length, its bytes
 *   copy    = how many bytes of text to skip since the last copy, how many to copy
 * </pre>
 *
 * Numbers are varints: seven bits a byte, the lowest first, the top bit set on all but the last.
 *
 * <p>For example, an llm_prompt of the agent {@code ada} at {@code t} 7 that says "The door is
 * locked." (19 bytes, after 38 bytes of the text):
 *
 * <pre>
 *   event   0a 03 a d a  10 07  b2 01 15  0a 13 The door is locked.
 *   text    {"kind":"llm_prompt","state_summary":"The door is locked."}
 *   delta   0c 0a 03 a d a  10 07  b2 01 15  0a 13    literal, 12 bytes
 *           26 13                                     copy: skip 38, take 19
 *           00                                        literal, empty
 * </pre>
 */
public final class EventDelta {
  /** The shortest copy: it costs as much as the literal that it saves. */
  private static final int COPY_BYTES_MIN = Long.BYTES;

  /** The most passes over an event, in search of text that it has not in this order. */
  private static final int SEARCHES_MAX = 16;

  /**
   * The size of an event from which on delta and text together are no larger than the event: the
   * text may be several times as long, and all three are in memory when it is restored.
   */
  private static final int LARGE_BYTES = 256 << 10;

  private static final int SPARE_BYTES = 4 << 10;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private EventDelta() {}

  /**
   * Returns the delta of an event against a text.
   *
   * @param text UTF-8, JSON
   * @return bytes fewer than the event's, or all of the event as one literal
   */
  public static byte[] of(byte[] event, byte[] text) {
    byte[] delta = delta(event, text);
    long partsMax = event.length < LARGE_BYTES ? 2L * event.length : event.length;
    if (delta.length < event.length
        && (long) delta.length + text.length <= partsMax + SPARE_BYTES) {
      return delta;
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream(event.length + Integer.BYTES + 1);
    putLiteral(all, event, 0, event.length);
    return all.toByteArray();
  }

  /** Returns the text of an event's payload and attributes. */
  public static byte[] text(byte[] json, byte @Nullable [] attributes) {
    if (attributes == null) {
      return json;
    }
    byte[] text = Arrays.copyOf(json, json.length + attributes.length);
    System.arraycopy(attributes, 0, text, json.length, attributes.length);
    return text;
  }

  private static byte[] delta(byte[] event, byte[] text) {
    ByteArrayOutputStream delta = new ByteArrayOutputStream(64);
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
        putLiteral(delta, event, kept, found);
        putNumber(delta, from - copiedUntil);
        putNumber(delta, end - from);
        kept = found + end - from;
        copiedUntil = end;
      }
    }
    putLiteral(delta, event, kept, event.length);
    return delta.toByteArray();
  }

  /**
   * Returns the event of {@code size} bytes that a delta and its text make.
   *
   * @throws Invariants.InvariantBroken if delta, text and size are not of one event
   */
  public static byte[] restore(byte[] delta, byte[] text, int size) {
    byte[] target = new byte[size];
    restoreInto(delta, text, target, 0, size);
    return target;
  }

  /**
   * Writes the event of {@code size} bytes that a delta and its text make into an array.
   *
   * @param from its first byte in the target
   * @throws Invariants.InvariantBroken if delta, text and size are not of one event
   */
  public static void restoreInto(byte[] delta, byte[] text, byte[] target, int from, int size) {
    Numbers numbers = new Numbers(delta);
    int until = from + size;
    int at = from;
    int textAt = 0;
    while (true) {
      int literal = numbers.next();
      requireRoom(literal, delta.length - numbers.at, until - at);
      System.arraycopy(delta, numbers.at, target, at, literal);
      numbers.at += literal;
      at += literal;
      if (numbers.at == delta.length) {
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

  /** Returns where plain text ends: at a quotation mark, or at what JSON escapes. */
  private static int endOfStretch(byte[] text, int from) {
    int end = from;
    while (end < text.length && text[end] != '"' && text[end] != '\\') {
      end++;
    }
    return end;
  }

  /** Returns where the text's bytes from {@code from} to {@code end} are in the event, or -1. */
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

  private static void putLiteral(ByteArrayOutputStream delta, byte[] event, int from, int to) {
    putNumber(delta, to - from);
    delta.write(event, from, to - from);
  }

  private static void putNumber(ByteArrayOutputStream delta, int number) {
    int left = number;
    while (left > 0x7f) {
      delta.write((left & 0x7f) | 0x80);
      left >>>= 7;
    }
    delta.write(left);
  }

  /** Reads the numbers of a delta. Confined to one call. */
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
