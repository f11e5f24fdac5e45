package dev.eider.it.fuzz;

import dev.eider.it.ColdRead;
import dev.eider.it.Daemon;
import dev.eider.it.DuckDbFile;
import dev.eider.it.RunCalls;
import dev.eider.it.RunReader;
import dev.eider.it.StreamChecker;
import dev.eider.v1.Event;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What must hold of a daemon's runs, file and log once the calls are over. */
final class Aftermath {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String[] VIEWS = {
    "events", "runs", "turns", "observations",
    "llm_calls", "actions", "metrics", "mutations",
    "forks", "run_costs", "leaderboard", "timeline"
  };

  private final Daemon daemon;

  Aftermath(Daemon daemon) {
    this.daemon = daemon;
  }

  /** Every run reads the same live and cold, and holds what the ledger says. Returns how many. */
  int checkRuns(Ledger ledger) {
    RunCalls runs = new RunCalls(daemon);
    Map<String, Long> heads = runs.heads();
    heads.forEach(
        (runId, head) -> {
          List<Event> events = new ArrayList<>();
          if (head > 0) {
            StreamChecker live = readLive(runId, head, events);
            runs.awaitPersisted(runId, SOON);
            ColdRead cold = ColdRead.of(daemon.channel(), runId);
            cold.checker().shouldEqual(live);
            cold.checker().shouldHaveDigest(cold.end().getDigest());
          }
          if (!runId.startsWith(HostileInputIT.DECENT_PREFIX)) {
            ledger.check(runId, events);
          }
        });
    return heads.size();
  }

  private StreamChecker readLive(String runId, long head, List<Event> events) {
    try (RunReader reader =
        RunReader.open(
            daemon.channel(),
            RunReader.request(runId, 0),
            StreamChecker.after(runId, 0),
            envelope -> events.add(envelope.parsedEvent()))) {
      reader.awaitSeq(head, SOON);
      reader.close();
      return reader.checker();
    }
  }

  /** The file of the stopped daemon answers SQL, and holds no half request. */
  void checkFile() {
    try (DuckDbFile file = DuckDbFile.of(daemon)) {
      none(file, "payloads that are no JSON", "FROM events WHERE NOT json_valid(payload_json)");
      none(
          file,
          "runs whose seqs are not 1 to their head",
          "FROM (SELECT run_id, count(*) c, max(seq) m, min(seq) f FROM events GROUP BY run_id)"
              + " JOIN runs USING (run_id) WHERE c <> m OR f <> 1 OR m <> head_seq");
      none(
          file,
          "halves of requests",
          "FROM (SELECT split_part(agent_id, '.', 1) q, split_part(agent_id, '.', 3)::BIGINT n,"
              + " count(*) c FROM events"
              + " WHERE regexp_full_match(agent_id, 'q[0-9]+[.][0-9]+[.][0-9]{1,4}')"
              + " GROUP BY run_id, position, q, n HAVING c % nullif(n, 0) <> 0)");
      for (String view : VIEWS) {
        // Every column of every row is made.
        file.number("SELECT count(*) + 0 * coalesce(bit_xor(hash(v)) % 2, 0) FROM " + view + " v");
      }
    }
  }

  private static void none(DuckDbFile file, String what, String from) {
    long count = file.number("SELECT count(*) " + from);
    if (count > 0) {
      throw new AssertionError(count + " " + what);
    }
  }

  /** Nothing that a client does wrong is worth a stack trace. */
  void checkLog() {
    try {
      List<String> lines = Files.readAllLines(daemon.dataDirectory().resolveSibling("daemon.log"));
      List<String> bad =
          lines.stream()
              .filter(
                  line ->
                      line.startsWith("\tat ")
                          || line.contains(" ERROR ")
                          || line.startsWith("SEVERE"))
              .toList();
      if (!bad.isEmpty()) {
        throw new AssertionError(bad.size() + " lines of defects in the log" + daemon.logEnd());
      }
      System.out.println("lines in the daemon's log: " + lines.size());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
