package dev.eider.cli;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.eider.cli.arena.Game;
import dev.eider.cli.arena.Player;
import dev.eider.cli.arena.Snapshots;
import dev.eider.cli.arena.World;
import dev.eider.client.EiderClient;
import dev.eider.v1.Event;
import dev.eider.v1.EventEnvelope;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.ForkResponse;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What the demo says and does; {@code pause} between turns is for people. Owned by the main thread,
 * but the tail's thread prints a game.
 */
record DemoStory(PrintWriter out, String address, Duration pause) {
  static final String ORIGINAL = "gold-rush";
  static final String BRANCH = "gold-rush-horse";
  static final int FORK_TURN = 4;
  private static final String RIDER = "bo";
  private static final int HORSE_SPEED = 4;

  /** What the daemon writes into a fork: the fork itself and its mutation. */
  private static final int FORK_EVENTS = 2;

  /** Plays it all; fails if anything is not as it should be. */
  void tell(Path dataDir) {
    out.println(
        "Eider records turn-based agent runs. This demo plays one, live, on a daemon of its own.");
    new Facts().add("address", address).add("data", dataDir).printTo(out);
    try (EiderClient client = EiderClient.connect(address)) {
      RecordedGame original = playOriginal(client);
      RecordedGame branch = playBranch(client, original);
      new Comparison(out, client, RIDER, FORK_TURN).print(original, branch);
      suggest(original.arrived().size());
    }
    out.flush();
  }

  private RecordedGame playOriginal(EiderClient client) {
    chapter("1. Four agents play gold rush for " + Game.TURNS + " turns, every step an event");
    World opening = Game.opening();
    List<String> rows = opening.draw();
    for (int i = 0; i < rows.size(); i++) {
      out.println("  " + rows.get(i) + "    " + legend(i));
    }
    client.openRun(ORIGINAL, Map.of("game", "gold-rush"));
    out.println("  One program publishes; another subscribes and prints what arrives:");
    return play(client, ORIGINAL, opening, 0);
  }

  private static String legend(int row) {
    if (row >= Game.players().size()) {
      return "numbers: nuggets";
    }
    Player player = Game.players().get(row);
    return Facts.pad(player.name(), 4) + Facts.pad(player.strategy(), 8) + " " + player.motto();
  }

  private RecordedGame playBranch(EiderClient client, RecordedGame original) {
    chapter(
        "2. What if %s had a horse? Fork %s at turn %d, with speed %d"
            .formatted(RIDER, ORIGINAL, FORK_TURN, HORSE_SPEED));
    ForkResponse fork =
        client.fork(
            ForkRequest.newBuilder()
                .setParentRunId(ORIGINAL)
                .setParentT(FORK_TURN)
                .setRunId(BRANCH)
                .setRequestId("demo-horse")
                .setMergePatch(horse())
                .setMutationSummary(RIDER + " gets a horse")
                .setReason("what if?")
                .putLabels("game", "gold-rush")
                .build());
    World world = Snapshots.read(fork.getSnapshot());
    requireForkPoint(world, original);
    out.println(
        "  Every turn begins with a snapshot. A fork patches it, and the game plays on from"
            + " there.");
    return play(client, BRANCH, world, FORK_EVENTS);
  }

  private RecordedGame play(EiderClient client, String runId, World start, int written) {
    out.println(EventLine.HEAD);
    out.flush();
    TailPrinter printer = new TailPrinter(out, Game.players().get(0).name());
    RecordedGame game =
        RecordedGame.play(client, runId, start, written, pauseBetweenTurns(start), printer);
    out.printf(
        "  %s: a subscriber got all %d events live, once and in order; %d are shown.%n",
        runId, game.arrived().size(), printer.shown());
    return game;
  }

  /** Checks that the branch begins where the original was, but for the horse. */
  private static void requireForkPoint(World world, RecordedGame original) {
    World parent =
        original.arrived().stream()
            .map(envelope -> envelope.getEvent())
            .filter(event -> event.hasTurnStart() && event.getT() == FORK_TURN)
            .map(event -> Snapshots.read(event.getTurnStart().getSnapshot()))
            .findFirst()
            .orElseThrow(() -> CliFailure.failed(ORIGINAL + " has no turn " + FORK_TURN));
    if (!world.equals(parent.withSpeed(RIDER, HORSE_SPEED))) {
      throw CliFailure.failed("the fork does not begin where turn " + FORK_TURN + " began");
    }
  }

  private Consumer<Event> pauseBetweenTurns(World start) {
    return event -> {
      if (event.hasTurnStart() && event.getT() > start.turn()) {
        try {
          Thread.sleep(pause.toMillis());
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw CliFailure.failed("interrupted in the middle of a game");
        }
      }
    };
  }

  private void suggest(int headSeq) {
    chapter("4. Try it yourself, in another terminal");
    String call = "  grpcurl -plaintext ";
    out.println(call + address + " list");
    out.println(call + address + " describe eider.v1.BrokerService");
    suggestCall("RunService/GetRun", "{\"run_id\": \"%s\"}".formatted(BRANCH));
    suggestCall(
        "BrokerService/Subscribe",
        "{\"run_id\": \"%s\", \"after_seq\": %d}".formatted(ORIGINAL, headSeq - 4));
    suggestCall(
        "BrokerService/Fork",
        "{\"parent_run_id\": \"%s\", \"parent_t\": 2,%n      ".formatted(ORIGINAL)
            + "\"merge_patch\": {\"prospectors\": {\"cyd\": {\"gold\": 99}}}}");
  }

  private void suggestCall(String method, String request) {
    out.println("  grpcurl -plaintext -d '" + request + "' \\");
    out.println("      " + address + " eider.v1." + method);
  }

  private void chapter(String title) {
    out.println();
    out.println(title);
  }

  private static Struct horse() {
    Value speed = Value.newBuilder().setNumberValue(HORSE_SPEED).build();
    return nested(
        "prospectors", nested(RIDER, Struct.newBuilder().putFields("speed", speed).build()));
  }

  private static Struct nested(String name, Struct inner) {
    return Struct.newBuilder()
        .putFields(name, Value.newBuilder().setStructValue(inner).build())
        .build();
  }

  /**
   * Prints a selection of events as they arrive: of the first player's first turn everything, later
   * the turns' beginnings, what changed hands and that player's score. Owned by the tail's thread
   * until that has ended.
   */
  private static final class TailPrinter implements Consumer<EventEnvelope> {
    private final PrintWriter out;
    private final String detailedAgent;
    private int shown;

    /** Makes a printer that shows all of turn 0 of {@code detailedAgent}. */
    TailPrinter(PrintWriter out, String detailedAgent) {
      this.out = out;
      this.detailedAgent = detailedAgent;
    }

    @Override
    public void accept(EventEnvelope envelope) {
      if (isShown(envelope.getEvent())) {
        out.println(EventLine.of(envelope));
        out.flush();
        shown++;
      }
    }

    int shown() {
      return shown;
    }

    private boolean isShown(Event event) {
      return switch (event.getPayloadCase()) {
        case TURN_START, WORLD_MUTATION, FORK -> true;
        case METRIC -> event.getAgentId().equals(detailedAgent);
        case ACTION_RESULT -> EventLine.gained(event) > 0 || isDetailed(event);
        case OBSERVATION, LLM_PROMPT, LLM_RESPONSE, ACTION -> isDetailed(event);
        case PAYLOAD_NOT_SET -> false;
      };
    }

    private boolean isDetailed(Event event) {
      return event.getT() == 0 && event.getAgentId().equals(detailedAgent);
    }
  }
}
