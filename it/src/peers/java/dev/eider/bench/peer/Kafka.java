package dev.eider.bench.peer;

import static java.util.concurrent.TimeUnit.SECONDS;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.eider.bench.Peer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.AppInfoParser;
import org.slf4j.LoggerFactory;

/**
 * Kafka with one topic that is flushed after every message, so in fact after every batch of a
 * request. The key of a record is the run and its seq. All runs share one partition: more of them
 * share a disk and two cores no better, and every one has its own flush.
 *
 * <p>Kafka finds nothing by run: who reads one reads all of the partition.
 */
public final class Kafka implements Peer {
  static final TopicPartition EVENTS = new TopicPartition("events", 0);

  private static final String BROKER_CLASS = "kafka.Kafka";

  private KafkaBroker broker;
  private Seqs seqs;

  @Override
  public String name() {
    return "Kafka " + AppInfoParser.getVersion();
  }

  @Override
  public String durability() {
    return "flush.messages=1, acks=all, one replica: fsync of the log before ack";
  }

  @Override
  public boolean isDurable() {
    return true;
  }

  @Override
  public boolean isNetworked() {
    return true;
  }

  @Override
  public Optional<String> missing() {
    return Installed.isOnClassPath(BROKER_CLASS)
        ? Optional.empty()
        : Optional.of("its jars are not there; build with -Pbench,peers");
  }

  @Override
  public Pipelining pipelining() {
    return new Pipelining(1_000, 4);
  }

  @Override
  public void start(Path directory, int runs) throws Exception {
    // Its clients log their whole configuration, each time.
    ((Logger) LoggerFactory.getLogger("org.apache.kafka")).setLevel(Level.WARN);
    seqs = new Seqs(runs);
    broker = new KafkaBroker(directory);
    broker.start();
    NewTopic topic =
        new NewTopic(EVENTS.topic(), 1, (short) 1).configs(Map.of("flush.messages", "1"));
    try (Admin admin = broker.admin()) {
      admin.createTopics(List.of(topic)).all().get(60, SECONDS);
    }
  }

  @Override
  public Publisher publisher() {
    return new KafkaPublisher(broker.address(), seqs);
  }

  @Override
  public AutoCloseable follow(int run, Sink sink) {
    return new Follower(
        "kafka-reader", new KafkaReader(broker.address(), Map.of(run, new Stretch(run, sink))));
  }

  @Override
  public long replay(int run, Sink sink) {
    return replay(Map.of(run, new Stretch(run, sink)));
  }

  @Override
  public long replayAll(Sink sink) {
    Map<Integer, Stretch> stretches = new HashMap<>();
    for (int run = 0; run < seqs.runs(); run++) {
      stretches.put(run, new Stretch(run, sink));
    }
    return replay(stretches);
  }

  private long replay(Map<Integer, Stretch> stretches) {
    try (KafkaReader reader = new KafkaReader(broker.address(), stretches)) {
      return reader.readStored();
    }
  }

  /** What is acknowledged is where it stays. */
  @Override
  public void settle() {}

  @Override
  public void restart() throws Exception {
    broker.stop();
    broker.start();
  }

  @Override
  public Optional<Queries> queries() {
    return Optional.empty();
  }

  @Override
  public long bytesOnDisk() throws Exception {
    return EventBytes.onDisk(broker.data());
  }

  @Override
  public void close() {
    if (broker != null) {
      broker.close();
    }
  }
}
