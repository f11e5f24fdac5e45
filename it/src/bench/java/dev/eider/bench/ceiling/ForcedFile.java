package dev.eider.bench.ceiling;

import dev.eider.bench.BenchEvent;
import dev.eider.bench.Latencies;
import dev.eider.bench.Workload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * An append-only file, written beforehand to its full length so that its size never changes: a
 * batch is written and then forced (fdatasync) before the next begins. Begins again at the front
 * when it is full. Owned by one thread.
 */
public final class ForcedFile implements AutoCloseable {
  private static final int FILE_BYTES = 64 << 20;

  private final FileChannel file;
  private final Workload workload;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(8 << 20);
  private long events;
  private long at;

  public ForcedFile(Path directory, Workload workload) throws IOException {
    this.workload = workload;
    file =
        FileChannel.open(
            directory.resolve("forced"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    while (file.position() < FILE_BYTES) {
      file.write(buffer.clear());
    }
    file.force(true);
  }

  /** Appends and forces batches for so long, and returns the events a second. */
  public double during(long nanos, int batchEvents, Latencies latencies) throws IOException {
    long begun = System.nanoTime();
    long before = events;
    while (System.nanoTime() - begun < nanos) {
      long start = System.nanoTime();
      append(batchEvents);
      latencies.add(System.nanoTime() - start);
    }
    return (events - before) * 1e9 / (System.nanoTime() - begun);
  }

  private void append(int batchEvents) throws IOException {
    buffer.clear();
    List<BenchEvent> batch = workload.batch(events, batchEvents);
    for (BenchEvent event : batch) {
      buffer.putLong(event.encoded().length).put(event.encoded());
    }
    buffer.flip();
    if (at + buffer.remaining() > FILE_BYTES) {
      at = 0;
    }
    while (buffer.hasRemaining()) {
      at += file.write(buffer, at);
    }
    file.force(false);
    events += batch.size();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
