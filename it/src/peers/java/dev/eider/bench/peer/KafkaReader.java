package dev.eider.bench.peer;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads the partition from its start and takes the runs it is asked for. Owned by one thread. */
final class KafkaReader implements Follower.Source {
  private static final Duration WAIT = Duration.ofMillis(500);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Map<Integer, Stretch> stretches;

  KafkaReader(String address, Map<Integer, Stretch> stretches) {
    this.stretches = stretches;
    Properties properties = new Properties();
    properties.put("bootstrap.servers", address);
    properties.put("enable.auto.commit", "false");
    properties.put("auto.offset.reset", "earliest");
    properties.put("fetch.min.bytes", "1");
    properties.put("max.partition.fetch.bytes", String.valueOf(4 << 20));
    properties.put("max.poll.records", "4000");
    properties.put("receive.buffer.bytes", String.valueOf(1 << 20));
    this.consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    consumer.assign(List.of(Kafka.EVENTS));
    consumer.seekToBeginning(List.of(Kafka.EVENTS));
  }

  @Override
  public void readOnce() {
    for (ConsumerRecord<byte[], byte[]> found : consumer.poll(WAIT)) {
      ByteBuffer key = ByteBuffer.wrap(found.key());
      Stretch stretch = stretches.get(key.getInt());
      if (stretch != null) {
        stretch.add(key.getLong());
      }
    }
    stretches.values().forEach(Stretch::pass);
  }

  /** Reads up to what is stored now and returns how many events of the runs that were. */
  long readStored() {
    long end = consumer.endOffsets(List.of(Kafka.EVENTS)).get(Kafka.EVENTS);
    while (consumer.position(Kafka.EVENTS) < end) {
      readOnce();
    }
    return stretches.values().stream().mapToLong(Stretch::lastSeq).sum();
  }

  @Override
  public void endWait() {
    consumer.wakeup();
  }

  @Override
  public void close() {
    consumer.close();
  }
}
