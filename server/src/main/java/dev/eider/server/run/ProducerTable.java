package dev.eider.server.run;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.eider.storage.v1.StoredProducer;
import dev.eider.storage.v1.StoredProducers;
import dev.eider.storage.v1.StoredStretch;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The producers of one run. Immutable.
 *
 * <p>Of each producer at least {@link #STRETCHES_KEPT} stretches are kept while the run has few of
 * them, and fewer, down to {@link #STRETCHES_KEPT_MIN}, when it has many: otherwise one run with
 * many producers that take turns could fill the memory.
 */
public final class ProducerTable {
  /** The newest stretches of a producer that are kept at least, with up to 16 producers. */
  public static final int STRETCHES_KEPT = 1_000;

  /** The newest stretches that are kept at least, with any number of producers. */
  public static final int STRETCHES_KEPT_MIN = 16;

  /** The table of a run without producers. */
  public static final ProducerTable EMPTY = new ProducerTable(Map.of(), 0);

  private static final int STRETCHES_OF_ALL = 16 * STRETCHES_KEPT;

  private final Map<String, ProducerState> producers;
  private final long memoryBytes;

  private ProducerTable(Map<String, ProducerState> producers, long memoryBytes) {
    this.producers = producers;
    this.memoryBytes = memoryBytes;
  }

  /** Returns the state of a producer, or null if it never published to the run. */
  public @Nullable ProducerState find(String producerId) {
    return producers.get(producerId);
  }

  public int size() {
    return producers.size();
  }

  /** Returns roughly the bytes of memory that the table takes. */
  long memoryBytes() {
    return memoryBytes;
  }

  /** Returns whether accepting events with this stamp as {@code seq} makes the table larger. */
  public boolean isEnlargedBy(ProducerStamp stamp, long seq) {
    ProducerState known = producers.get(stamp.id());
    return known == null || !known.isContinuedBy(stamp, seq);
  }

  /**
   * Returns whether events with this stamp come next from their producer: the first of a new
   * producer or epoch, or those right after the last.
   */
  public boolean comesNext(ProducerStamp stamp) {
    ProducerState known = producers.get(stamp.id());
    if (known == null || stamp.epoch() > known.epoch()) {
      return stamp.seq() == 1;
    }
    return stamp.epoch() == known.epoch() && stamp.seq() == known.lastSeq() + 1;
  }

  /** Returns the table after accepting {@code count} events that come next. */
  ProducerTable accepted(ProducerStamp stamp, long seq, long count) {
    ProducerState known = producers.get(stamp.id());
    ProducerState next =
        known == null || stamp.epoch() > known.epoch()
            ? ProducerState.first(stamp, seq, count)
            : known.next(stamp, seq, count, stretchesKept());
    long bytes = memoryBytes + next.memoryBytes() - (known == null ? 0 : known.memoryBytes());
    if (producers.isEmpty() || (producers.size() == 1 && known != null)) {
      return new ProducerTable(Map.of(stamp.id(), next), bytes);
    }
    Map<String, ProducerState> changed = new HashMap<>(producers);
    changed.put(stamp.id(), next);
    return new ProducerTable(changed, bytes);
  }

  private int stretchesKept() {
    int each = STRETCHES_OF_ALL / producers.size();
    return Math.max(STRETCHES_KEPT_MIN, Math.min(STRETCHES_KEPT, each));
  }

  /** Returns the table as bytes, for the run's row in DuckDB. */
  public byte[] toBytes() {
    StoredProducers.Builder stored = StoredProducers.newBuilder();
    producers.forEach((id, state) -> stored.addProducers(toStored(id, state)));
    return stored.build().toByteArray();
  }

  /**
   * Returns the table that {@link #toBytes} encoded.
   *
   * @throws IllegalArgumentException if the bytes are something else
   */
  public static ProducerTable fromBytes(byte[] bytes) {
    if (bytes.length == 0) {
      return EMPTY;
    }
    try {
      Map<String, ProducerState> producers = new HashMap<>();
      for (StoredProducer stored : StoredProducers.parseFrom(bytes).getProducersList()) {
        producers.put(stored.getId(), fromStored(stored));
      }
      long size = producers.values().stream().mapToLong(ProducerState::memoryBytes).sum();
      return new ProducerTable(producers, size);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("not a producer table: " + e.getMessage(), e);
    }
  }

  private static StoredProducer toStored(String id, ProducerState state) {
    StoredProducer.Builder stored =
        StoredProducer.newBuilder().setId(id).setEpoch(state.epoch()).setLastSeq(state.lastSeq());
    for (Stretch stretch : state.stretches()) {
      stored.addStretches(
          StoredStretch.newBuilder()
              .setProducerSeq(stretch.producerSeq())
              .setSeq(stretch.seq())
              .setLength(stretch.length()));
    }
    return stored.build();
  }

  private static ProducerState fromStored(StoredProducer stored) {
    List<Stretch> stretches =
        stored.getStretchesList().stream()
            .map(s -> new Stretch(s.getProducerSeq(), s.getSeq(), s.getLength()))
            .toList();
    return ProducerState.restored(stored.getEpoch(), stored.getLastSeq(), stretches);
  }
}
