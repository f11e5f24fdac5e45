package dev.eider.it.chaos;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.it.Daemon;
import dev.eider.it.Directories;
import dev.eider.it.DuckDbFile;
import dev.eider.it.RepositoryRoot;
import dev.eider.it.RunCalls;
import dev.eider.it.RunReader;
import dev.eider.it.StreamChecker;
import dev.eider.it.chaos.ForgetfulProxy.Habit;
import dev.eider.it.testkit.History;
import dev.eider.it.testkit.Request;
import dev.eider.it.testkit.Rule;
import dev.eider.it.testkit.RuleBook;
import dev.eider.it.testkit.StoredEvent;
import dev.eider.it.testkit.Violation;
import dev.eider.it.testkit.grpc.GrpcWire;
import dev.eider.it.testkit.workload.Plays;
import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.Producer;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishResponse;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The checker against a real daemon that breaks its promises, since it is robbed of what it relies
 * on: the history alone gives each defect away, by name.
 */
@Timeout(180)
class SabotageIT {
  private static final String RUN = "game";
  private static final Duration SOON = Duration.ofSeconds(30);

  /** Acknowledges what the disk does not have yet, and tells DuckDB nothing of it. */
  private static final Map<String, String> BEFORE_FORCE =
      Map.of("durability", "async", "persist-linger-ms", "60000");

  private final Path directory = RepositoryRoot.workDirectory("SabotageIT");
  private final History history = new History();
  private final Map<String, Long> numbers = new HashMap<>();
  private Daemon daemon;

  @BeforeEach
  void empty() {
    Directories.empty(directory);
  }

  @AfterEach
  void stop() {
    if (daemon != null) {
      daemon.close();
    }
    Directories.delete(directory);
  }

  private void start(Map<String, String> settings) {
    daemon =
        Daemon.start(
            directory, List.of("-Xmx1g", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"), settings);
  }

  @Test
  void shouldNameAnAckBeforeTheForce() {
    start(BEFORE_FORCE);
    publish("a1", "a2");
    publish("a3");

    losePower();

    assertThat(brokenRules()).containsExactly(Rule.ACKED_IS_STORED);
  }

  @Test
  void shouldNameASeqThatIsUsedAgain() {
    start(BEFORE_FORCE);
    publish("a1");
    publish("a2");

    losePower();
    numbers.merge(RUN, -1L, Long::sum);
    publish("a3");

    assertThat(brokenRules()).containsOnly(Rule.SEQ_REUSED, Rule.REAL_TIME_ORDER);
  }

  @Test
  void shouldNameWhatWasVisibleBeforeItWasDurable() {
    start(BEFORE_FORCE);
    publish("a1");
    history.send(RUN, List.of("a2")); // and its client never hears of it
    send(daemon.channel(), List.of("a2"));
    try (RunReader reader = subscribe(history.read("reader", RUN, 0)::saw)) {
      reader.awaitSeq(2, SOON);
    }

    losePower();

    assertThat(brokenRules()).containsExactly(Rule.SEEN_IS_KEPT);
  }

  @Test
  void shouldNameAMissingTableOfProducers() {
    publishThrough(Habit.FORGETS_PRODUCERS);

    assertThat(brokenRules()).contains(Rule.STORED_ONCE);
  }

  @Test
  void shouldNameAnAnswerThatComesFirst() {
    publishThrough(Habit.ANSWERS_FIRST);

    assertThat(brokenRules()).containsExactly(Rule.ACKED_IS_STORED);
  }

  @Test
  void shouldNameAPositionOutsideTheTransaction() {
    start(Map.of("persist-linger-ms", "1"));
    publish("a1");
    new RunCalls(daemon).awaitPersisted(RUN, SOON);
    daemon.kill9();
    Path before = directory.resolve("runs-before.parquet");
    edit("COPY eider.runs TO '" + before + "'");
    long position = number("SELECT persisted_position FROM eider.store_state");
    daemon.restart();
    publish("a2");
    new RunCalls(daemon).awaitPersisted(RUN, SOON);
    daemon.kill9();

    edit(
        "DELETE FROM eider.runs",
        "INSERT INTO eider.runs FROM '" + before + "'",
        "UPDATE eider.store_state SET persisted_position = " + position);
    daemon.restart();
    new RunCalls(daemon).awaitPersisted(RUN, SOON);
    assertThat(daemon.terminate(30)).isEqualTo(143);

    history.finalLog(RUN, rows());
    assertThat(violatedRules()).contains(Rule.STORED_ONCE, Rule.SEQS_CONTIGUOUS);
  }

  /**
   * The same, but that the row of the run moved on: then the daemon itself sees that it fits not.
   */
  @Test
  void shouldNotStartFromAPositionThatDoesNotFitItsRows() {
    start(Map.of("persist-linger-ms", "1"));
    publish("a1");
    publish("a2");
    new RunCalls(daemon).awaitPersisted(RUN, SOON);
    daemon.kill9();
    edit("UPDATE eider.store_state SET persisted_position = 0");

    assertThatThrownBy(daemon::restart)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("does not continue the run as DuckDB has it");
  }

  private void losePower() {
    daemon.kill9();
    LogEnd.cutLastRecord(daemon.dataDirectory());
    daemon.restart();
  }

  private void publish(String... ids) {
    Request request = history.send(RUN, List.of(ids));
    request.acked(send(daemon.channel(), List.of(ids)).getFirstSeq());
    numbers.merge(RUN, (long) ids.length, Long::sum);
  }

  private void publishThrough(Habit habit) {
    start(Map.of());
    try (ForgetfulProxy proxy = new ForgetfulProxy(habit, daemon.channel())) {
      publishUntilAnswered(proxy.channel, "a1");
      publishUntilAnswered(proxy.channel, "a2");
    }
  }

  private void publishUntilAnswered(Channel channel, String id) {
    Request request = history.send(RUN, List.of(id));
    while (true) {
      try {
        request.acked(send(channel, List.of(id)).getFirstSeq());
        numbers.merge(RUN, 1L, Long::sum);
        return;
      } catch (StatusRuntimeException e) {
        assertThat(GrpcWire.isInDoubt(e.getStatus())).as("in doubt: %s", e.getStatus()).isTrue();
      }
    }
  }

  private PublishResponse send(Channel channel, List<String> ids) {
    long next = numbers.getOrDefault(RUN, 0L) + 1;
    PublishRequest.Builder request =
        PublishRequest.newBuilder()
            .setRunId(RUN)
            .setOpenIfMissing(true)
            .setProducer(Producer.newBuilder().setId("ada").setSeq(next));
    ids.forEach(id -> request.addEvents(Plays.event("ada", id, 100)));
    return BrokerServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(10, SECONDS)
        .publish(request.build());
  }

  private RunReader subscribe(Consumer<StoredEvent> to) {
    return RunReader.open(
        daemon.channel(),
        RunReader.request(RUN, 0),
        StreamChecker.after(RUN, 0),
        envelope -> to.accept(Plays.stored(envelope)));
  }

  private Set<Rule> brokenRules() {
    long head = new RunCalls(daemon).get(RUN).getHeadSeq();
    List<StoredEvent> events = new ArrayList<>();
    try (RunReader reader = subscribe(events::add)) {
      reader.awaitSeq(head, SOON);
    }
    history.finalLog(RUN, events);
    return violatedRules();
  }

  private Set<Rule> violatedRules() {
    List<Violation> violations = RuleBook.violations(history);
    violations.forEach(violation -> System.out.println("SabotageIT: caught " + violation));
    return violations.stream().map(Violation::rule).collect(Collectors.toSet());
  }

  private List<StoredEvent> rows() {
    try (DuckDbFile file = DuckDbFile.of(daemon)) {
      return file.rows(
          DuckDbFile.SELECT_EVENTS + "WHERE run_id = '" + RUN + "' ORDER BY seq",
          row -> Plays.stored(RUN, row.getLong(1), DuckDbFile.event(row)));
    }
  }

  private long number(String sql) {
    try (DuckDbFile file = DuckDbFile.of(daemon)) {
      return file.number(sql);
    }
  }

  private void edit(String... statements) {
    String url = "jdbc:duckdb:" + daemon.dataDirectory().resolve("events.duckdb");
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new AssertionError("the file cannot be changed", e);
    }
  }
}
