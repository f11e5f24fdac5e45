package dev.eider.it.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Three clients that repeat what is not answered, two readers, and a {@link ModelBroker} that
 * crashes, in the order that a seed gives. Owned by one thread.
 */
final class ModelRun {
  private static final String RUN = "game";
  private static final int STEPS = 400;

  /** A request of a client, sent and maybe stored, but not answered. */
  private static final class Client {
    private final String name;
    private int number;
    private List<String> eventIds = List.of();
    private Request request;
    private long storedFrom;

    Client(String name) {
      this.name = name;
    }
  }

  private final History history = new History();
  private final Random random;
  private final ModelBroker broker;
  private final List<Client> clients = List.of(new Client("a"), new Client("b"), new Client("c"));
  private final List<Reader> readers = new ArrayList<>();

  ModelRun(ModelBroker.Defect defect, long seed) {
    random = new Random(seed);
    broker = new ModelBroker(defect, random);
  }

  History play() {
    readers.add(history.read("first", RUN, 0));
    readers.add(history.read("second", RUN, 0));
    for (int step = 0; step < STEPS; step++) {
      step();
    }
    broker.force();
    broker.persist();
    history.finalLog(RUN, broker.rows());
    return history;
  }

  private void step() {
    switch (random.nextInt(10)) {
      case 0, 1, 2, 3 -> send(clients.get(random.nextInt(clients.size())));
      case 4, 5 -> broker.force();
      case 6 -> broker.persist();
      case 7, 8 -> read(random.nextInt(readers.size()));
      default -> crashSometimes();
    }
    clients.forEach(this::answer);
  }

  /** Sends the next request, or the last one again; it may get lost on the way. */
  private void send(Client client) {
    if (client.request == null) {
      client.number++;
      client.eventIds =
          IntStream.rangeClosed(1, 1 + random.nextInt(3))
              .mapToObj(i -> client.name + client.number + "-" + i)
              .toList();
      client.request = history.send(RUN, client.eventIds);
    }
    if (random.nextInt(5) > 0) {
      client.storedFrom = broker.publish(client.eventIds);
    }
  }

  private void answer(Client client) {
    long last = client.storedFrom + client.eventIds.size() - 1;
    if (client.storedFrom == 0 || !broker.mayAck(last)) {
      return;
    }
    if (random.nextInt(4) > 0) {
      client.request.acked(client.storedFrom);
      client.request = null;
    }
    client.storedFrom = 0;
  }

  private void read(int index) {
    Reader reader = readers.get(index);
    List<StoredEvent> visible = broker.visibleAfter(reader.haveSeq());
    visible.forEach(reader::saw);
    if (random.nextInt(8) == 0) {
      long after = random.nextBoolean() ? 0 : reader.haveSeq();
      readers.set(index, history.read("again", RUN, after));
    }
  }

  private void crashSometimes() {
    if (random.nextInt(3) == 0) {
      broker.crash();
      clients.forEach(client -> client.storedFrom = 0);
    }
  }
}
