package dev.eider.server.event;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.eider.v1.EventBatch;
import java.io.IOException;
import java.io.OutputStream;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;

/**
 * Events side by side in one array, as an encoded {@code eider.v1.EventBatch} has them. The array
 * is sent as it is; an element of the list is made when it is asked for. Immutable.
 */
public final class PackedEvents extends AbstractList<SequencedEvent> implements RandomAccess {
  /** No events. */
  public static final PackedEvents NONE = new PackedEvents(new long[0], new int[0], new byte[0]);

  private static final byte TAG =
      EventBatch.ENVELOPES_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;

  /** The bytes that an event takes here besides its own. */
  private static final int PLACE_BYTES = Long.BYTES + Integer.BYTES;

  /** The size from which an array takes whole regions of the heap. */
  private static final int HALF_REGION_BYTES = 512 << 10;

  private final long[] seqs;

  /** The offsets at which the fields of the batch begin. */
  private final int[] places;

  private final byte[] bytes;

  private PackedEvents(long[] seqs, int[] places, byte[] bytes) {
    this.seqs = seqs;
    this.places = places;
    this.bytes = bytes;
  }

  /** Packs events of one run. */
  public static PackedEvents of(List<SequencedEvent> events) {
    long[] seqs = new long[events.size()];
    int[] places = new int[events.size()];
    int size = 0;
    for (int i = 0; i < seqs.length; i++) {
      seqs[i] = events.get(i).seq();
      places[i] = size;
      size += fieldSize(events.get(i).envelope().length);
    }
    byte[] bytes = new byte[size];
    for (int i = 0; i < seqs.length; i++) {
      byte[] envelope = events.get(i).envelope();
      System.arraycopy(
          envelope, 0, bytes, putPrefix(bytes, places[i], envelope.length), envelope.length);
    }
    return new PackedEvents(seqs, places, bytes);
  }

  @Override
  public int size() {
    return seqs.length;
  }

  @Override
  public SequencedEvent get(int index) {
    try {
      CodedInputStream in =
          CodedInputStream.newInstance(bytes, places[index], bytes.length - places[index]);
      in.readTag();
      return SequencedEvent.ofEnvelope(seqs[index], in.readByteArray());
    } catch (IOException e) {
      throw new IllegalStateException("the batch was made here", e);
    }
  }

  /** Returns the seq of an event without decoding it. */
  public long seq(int index) {
    return seqs[index];
  }

  /** Returns the size of the encoded batch. */
  public int encodedSize() {
    return bytes.length;
  }

  /** Returns the size of a part of the encoded batch. */
  public int encodedSize(int from, int until) {
    return place(until) - place(from);
  }

  /** Returns a copy of some of the events. */
  public PackedEvents part(int from, int until) {
    int[] partPlaces = new int[until - from];
    for (int i = 0; i < partPlaces.length; i++) {
      partPlaces[i] = places[from + i] - places[from];
    }
    return new PackedEvents(
        Arrays.copyOfRange(seqs, from, until),
        partPlaces,
        Arrays.copyOfRange(bytes, place(from), place(until)));
  }

  private int place(int index) {
    return index == places.length ? bytes.length : places[index];
  }

  /** Writes the encoded batch. */
  public void writeTo(OutputStream out) throws IOException {
    out.write(bytes);
  }

  /** Returns the most bytes of heap that the events take. */
  public long memoryBytes() {
    long ofPlaces = (long) PLACE_BYTES * seqs.length;
    return ofPlaces + (bytes.length > HALF_REGION_BYTES ? 2L * bytes.length : bytes.length);
  }

  private static int fieldSize(int envelopeSize) {
    return 1 + CodedOutputStream.computeUInt32SizeNoTag(envelopeSize) + envelopeSize;
  }

  /** Writes what comes before an envelope, and returns where that goes. */
  private static int putPrefix(byte[] target, int from, int envelopeSize) {
    target[from] = TAG;
    return EnvelopeForm.putVarint(target, from + 1, envelopeSize);
  }

  /** An array for events whose sizes are known, to be filled in. Used by one thread. */
  public static final class Packing {
    private final EnvelopeForm form;
    private final int[] sizes;
    private final PackedEvents events;

    /** Makes room for events of these sizes at ascending seqs. */
    public Packing(RunId runId, long[] seqs, int[] sizes) {
      form = new EnvelopeForm(runId);
      this.sizes = sizes;
      int[] places = new int[seqs.length];
      int size = 0;
      for (int i = 0; i < seqs.length; i++) {
        places[i] = size;
        size += fieldSize(form.size(seqs[i], sizes[i]));
      }
      events = new PackedEvents(seqs, places, new byte[size]);
    }

    /** Returns the array to fill. */
    public byte[] target() {
      return events.bytes;
    }

    /** Writes what comes before an event, and returns where the event itself is to be written. */
    public int begin(int index) {
      long seq = events.seqs[index];
      int size = sizes[index];
      int envelope = putPrefix(events.bytes, events.places[index], form.size(seq, size));
      return form.put(events.bytes, envelope, seq, size);
    }

    /** Returns the events, once all of them are filled in. */
    public PackedEvents events() {
      return events;
    }
  }
}
