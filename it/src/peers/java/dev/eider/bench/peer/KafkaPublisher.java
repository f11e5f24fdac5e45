package dev.eider.bench.peer;

import dev.eider.bench.BenchEvent;
import dev.eider.bench.Peer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A producer with one request under way: what is sent meanwhile is the next request's batch, so
 * that it is flushed once, and nobody has to linger.
 */
final class KafkaPublisher implements Peer.Publisher {
  private final KafkaProducer<byte[], byte[]> producer;
  private final Seqs seqs;

  KafkaPublisher(String address, Seqs seqs) {
    this.seqs = seqs;
    Properties properties = new Properties();
    properties.put("bootstrap.servers", address);
    properties.put("acks", "all");
    properties.put("enable.idempotence", "true");
    properties.put("max.in.flight.requests.per.connection", "1");
    properties.put("linger.ms", "0");
    properties.put("batch.size", "900000");
    properties.put("buffer.memory", String.valueOf(64 << 20));
    this.producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  @Override
  public CompletableFuture<Void> publish(int run, List<BenchEvent> batch) {
    long seq = seqs.take(run, batch.size());
    CompletableFuture<Void> acknowledged = new CompletableFuture<>();
    int last = batch.size() - 1;
    for (int i = 0; i <= last; i++) {
      boolean isLast = i == last;
      byte[] key = ByteBuffer.allocate(12).putInt(run).putLong(seq + i).array();
      // Records are acknowledged in order, so that the last one speaks for the batch.
      producer.send(
          new ProducerRecord<>(
              Kafka.EVENTS.topic(), Kafka.EVENTS.partition(), key, EventBytes.of(batch.get(i))),
          (where, failure) -> {
            if (failure != null) {
              acknowledged.completeExceptionally(failure);
            } else if (isLast) {
              acknowledged.complete(null);
            }
          });
    }
    return acknowledged;
  }

  @Override
  public void close() {
    producer.close(Duration.ZERO);
  }
}
