package dev.eider.it;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.eider.v1.ActionPayload;
import dev.eider.v1.ActionResultPayload;
import dev.eider.v1.Event;
import dev.eider.v1.LlmPromptPayload;
import dev.eider.v1.LlmResponsePayload;
import dev.eider.v1.ObservationPayload;
import dev.eider.v1.TurnStartPayload;
import dev.eider.v1.WorldStateSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Turns the chat messages of one recorded run into events.
 *
 * <p>Each assistant message begins a turn: its turn_start holds the messages so far as the world,
 * its observation counts them, its llm_prompt is the last thing said to the model, its llm_response
 * what the model said, followed by an action for each tool call and an action_result for each tool
 * answer. An observation belongs to the agent who spoke last, everything else to the assistant. A
 * metric with the reward ends the run. Owned by one thread.
 */
public final class Trajectory {
  private static final String ASSISTANT = "assistant";
  private static final List<String> READING_TOOLS =
      List.of("get_", "search_", "list_", "calculate", "think");

  private final List<Event> events = new ArrayList<>();
  private final ListValue.Builder messages = ListValue.newBuilder();
  private final TreeSet<String> classes = new TreeSet<>();
  private String lastSaid = "";
  private String lastSpeaker = ASSISTANT;
  private int t = -1;
  private int answersInTurn;

  private Trajectory() {}

  public static RecordedRun toRun(Struct line) {
    long taskId = (long) line.getFieldsOrThrow("task_id").getNumberValue();
    long trial = (long) line.getFieldsOrThrow("trial").getNumberValue();
    Trajectory trajectory = new Trajectory();
    for (Value message : line.getFieldsOrThrow("traj").getListValue().getValuesList()) {
      trajectory.add(message.getStructValue());
    }
    double reward = line.getFieldsOrThrow("reward").getNumberValue();
    trajectory.events.add(Events.metric(ASSISTANT, Math.max(0, trajectory.t), "reward", reward));
    return new RecordedRun(
        "airline-" + taskId + "-" + trial,
        Map.of("task_id", String.valueOf(taskId), "trial", String.valueOf(trial)),
        List.copyOf(trajectory.events));
  }

  private void add(Struct message) {
    String role = text(message, "role");
    switch (role) {
      case ASSISTANT -> beginTurn(message);
      case "tool" -> answer(message);
      default -> lastSpeaker = role.equals("user") ? role : lastSpeaker;
    }
    if (role.equals("user") || role.equals("tool")) {
      lastSaid = text(message, "content");
    }
    classes.add(role.equals("tool") ? text(message, "name") : role);
    messages.addValues(Value.newBuilder().setStructValue(message));
  }

  private void beginTurn(Struct message) {
    t++;
    answersInTurn = 0;
    events.add(event(ASSISTANT).setTurnStart(turnStart()).build());
    events.add(event(lastSpeaker).setObservation(observation()).build());
    events.add(
        event(ASSISTANT)
            .setLlmPrompt(LlmPromptPayload.newBuilder().setStateSummary(lastSaid))
            .build());
    List<Struct> actions = actions(message);
    events.add(
        event(ASSISTANT)
            .setLlmResponse(
                LlmResponsePayload.newBuilder()
                    .addAllActions(actions)
                    .setReasoning(text(message, "content")))
            .build());
    for (int i = 0; i < actions.size(); i++) {
      ActionPayload.Builder action =
          ActionPayload.newBuilder().setIndexInTurn(i).setAction(actions.get(i));
      events.add(event(ASSISTANT).setAction(action).build());
    }
    lastSpeaker = ASSISTANT;
  }

  private TurnStartPayload turnStart() {
    Struct world =
        Struct.newBuilder()
            .putFields("messages", Value.newBuilder().setListValue(messages.build()).build())
            .build();
    return TurnStartPayload.newBuilder()
        .setTurnNum(t)
        .setSnapshot(WorldStateSnapshot.newBuilder().setState(world))
        .build();
  }

  private ObservationPayload observation() {
    return ObservationPayload.newBuilder()
        .setEntityCount(messages.getValuesCount())
        .addAllClasses(classes)
        .build();
  }

  private static List<Struct> actions(Struct message) {
    Value calls = message.getFieldsOrDefault("tool_calls", Value.getDefaultInstance());
    return calls.getListValue().getValuesList().stream()
        .map(call -> call.getStructValue().getFieldsOrThrow("function").getStructValue())
        .map(Trajectory::action)
        .toList();
  }

  private static Struct action(Struct function) {
    Struct arguments = RecordedRuns.parseObject(text(function, "arguments"));
    return Struct.newBuilder()
        .putFields("name", Events.text(text(function, "name")))
        .putFields("arguments", Value.newBuilder().setStructValue(arguments).build())
        .build();
  }

  private void answer(Struct message) {
    String tool = text(message, "name");
    ActionResultPayload.Builder result =
        ActionResultPayload.newBuilder()
            .setIndexInTurn(answersInTurn++)
            .setActionType(tool)
            .setStateChanged(READING_TOOLS.stream().noneMatch(tool::startsWith));
    events.add(event(ASSISTANT).setActionResult(result).build());
  }

  private Event.Builder event(String agentId) {
    return Event.newBuilder().setAgentId(agentId).setT(t);
  }

  /** A string field; empty when it is null or missing. */
  private static String text(Struct struct, String field) {
    return struct.getFieldsOrDefault(field, Value.getDefaultInstance()).getStringValue();
  }
}
