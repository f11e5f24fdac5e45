package dev.eider.cli.arena;

import com.google.protobuf.Struct;
import dev.eider.cli.arena.Player.Decision;
import dev.eider.v1.ActionPayload;
import dev.eider.v1.ActionResultPayload;
import dev.eider.v1.Event;
import dev.eider.v1.LlmPromptPayload;
import dev.eider.v1.LlmResponsePayload;
import dev.eider.v1.MetricPayload;
import dev.eider.v1.ObservationPayload;
import dev.eider.v1.TurnStartPayload;
import java.util.List;
import java.util.stream.Collectors;

/** Words one player's turn as events. Immutable. */
record TurnEvents(int turn, String agent) {
  private static final int SIGHT = 4;
  private static final int LETTERS_A_TOKEN = 4;
  private static final long PROMPT_TOKEN_NANO_USD = 3_000;
  private static final long REPLY_TOKEN_NANO_USD = 15_000;
  private static final double NANO = 1e-9;

  static Event turnStart(World world) {
    TurnStartPayload.Builder payload =
        TurnStartPayload.newBuilder()
            .setTurnNum(world.turn())
            .setSnapshot(Snapshots.write(world))
            .setProfileName("gold-rush");
    return Event.newBuilder().setT(world.turn()).setTurnStart(payload).build();
  }

  static Event score(int turn, String agent, int gold) {
    MetricPayload.Builder payload = MetricPayload.newBuilder().setName("score").setValue(gold);
    return Event.newBuilder().setAgentId(agent).setT(turn).setMetric(payload).build();
  }

  Event observation(World world, Prospector self) {
    int nuggets =
        (int) world.nuggets().keySet().stream().filter(cell -> inSight(self, cell)).count();
    int others =
        (int)
            world.prospectors().values().stream()
                .filter(other -> !other.name().equals(agent) && inSight(self, other.cell()))
                .count();
    ObservationPayload.Builder payload =
        ObservationPayload.newBuilder().setEntityCount(nuggets + others);
    if (nuggets > 0) {
      payload.addClasses("nugget");
    }
    if (others > 0) {
      payload.addClasses("prospector");
    }
    return event().setObservation(payload).build();
  }

  Event prompt(String text) {
    return event().setLlmPrompt(LlmPromptPayload.newBuilder().setStateSummary(text)).build();
  }

  /** Words the answer, priced by its length as a model's would be. */
  Event response(String prompt, Decision decision) {
    List<Struct> actions = decision.actions().stream().map(TurnEvents::struct).toList();
    int promptTokens = prompt.length() / LETTERS_A_TOKEN;
    int replyTokens = decision.reasoning().length() / LETTERS_A_TOKEN;
    long nanoUsd = promptTokens * PROMPT_TOKEN_NANO_USD + replyTokens * REPLY_TOKEN_NANO_USD;
    LlmResponsePayload.Builder payload =
        LlmResponsePayload.newBuilder()
            .addAllActions(actions)
            .setReasoning(decision.reasoning())
            .setCostUsd(nanoUsd * NANO)
            .setModel("script")
            .setInputTokens(promptTokens)
            .setOutputTokens(replyTokens);
    return event().setLlmResponse(payload).build();
  }

  Event action(int index, Action action) {
    ActionPayload.Builder payload =
        ActionPayload.newBuilder().setIndexInTurn(index).setAction(struct(action));
    return event().setAction(payload).build();
  }

  /** Words what came of an action; the gain is an attribute, since no field is for it. */
  Event result(int index, Action action, Rules.Outcome outcome, boolean changed) {
    ActionResultPayload.Builder payload =
        ActionResultPayload.newBuilder()
            .setIndexInTurn(index)
            .setActionType(action.type())
            .setStateChanged(changed);
    Struct.Builder attributes =
        Struct.newBuilder()
            .putFields("gained", Snapshots.number(outcome.gained()))
            .putFields("story", Snapshots.text(outcome.story()));
    return event().setActionResult(payload).setAttributes(attributes).build();
  }

  private Event.Builder event() {
    return Event.newBuilder().setAgentId(agent).setT(turn);
  }

  private static boolean inSight(Prospector self, Cell cell) {
    return self.cell().stepsTo(cell) <= SIGHT;
  }

  private static Struct struct(Action action) {
    Struct.Builder fields = Struct.newBuilder();
    if (action instanceof Action.Move move) {
      fields = Snapshots.writeCell(move.to());
    } else if (action instanceof Action.Dig dig) {
      fields = Snapshots.writeCell(dig.at());
    } else if (action instanceof Action.Rob rob) {
      fields.putFields("victim", Snapshots.text(rob.victim()));
    }
    return fields.putFields("type", Snapshots.text(action.type())).build();
  }

  /** Words the world for a player, as one would for a language model. */
  static String promptOf(World world, Prospector self) {
    String nuggets =
        world.nuggets().entrySet().stream()
            .map(nugget -> nugget.getValue() + " at " + nugget.getKey())
            .collect(Collectors.joining(", "));
    String others =
        world.prospectors().values().stream()
            .filter(other -> !other.name().equals(self.name()))
            .map(other -> other.name() + " at " + other.cell() + " with " + other.gold())
            .collect(Collectors.joining(", "));
    return "Turn %d of %d. You are at %s, own %d gold and walk %d steps. Nuggets: %s. Others: %s."
        .formatted(
            world.turn() + 1,
            Rules.TURNS,
            self.cell(),
            self.gold(),
            self.speed(),
            nuggets.isEmpty() ? "none" : nuggets,
            others);
  }
}
