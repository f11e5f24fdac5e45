package dev.eider.it.fuzz;

import com.google.protobuf.ByteString;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.Value;
import dev.eider.v1.Event;
import dev.eider.v1.PublishRequest;
import java.util.Random;

/**
 * Makes publishes that are allowed, with contents at the edge of what is. Each event's agent_id
 * says which request it came with, its place in it and how many there are: {@code q7.0.3}; so SQL
 * can tell half a request. Now and then one event of a request is bad, and none may be stored.
 *
 * <p>Confined to one thread.
 */
final class TaggedPublish {
  private static final String[] TEXTS = {
    "", "\0", "a\0b", "\u0001\u0002\u001f\u007f",
    "\"\\/", "\uD83D\uDE00", "\u2028\u2029", "\uFFFE\uFFFF",
    "{\"a\":1}", "NaN", "x".repeat(3_000), "\u1234\u0001".repeat(500)
  };
  private static final double[] NUMBERS = {
    0.0,
    -0.0,
    Double.MIN_VALUE,
    1.0,
    -1.5,
    Double.MIN_NORMAL,
    1e308,
    -Double.MAX_VALUE,
    Double.MAX_VALUE,
    9007199254740993.0,
    1e15,
    1e16,
    0.1
  };
  private static final int LISTS_MAX = 47;

  private final Random random;
  private int requests;

  TaggedPublish(Random random) {
    this.random = random;
  }

  /**
   * @param stays whether it is sent as it is; damage may hit the tags too, so that they say nothing
   */
  PublishRequest.Builder next(String runId, boolean stays) {
    int count = random.nextInt(30) == 0 ? 400 : 1 + random.nextInt(8);
    int bad = random.nextInt(8) == 0 ? random.nextInt(count) : -1;
    PublishRequest.Builder request =
        PublishRequest.newBuilder().setRunId(runId).setOpenIfMissing(true);
    requests++;
    for (int i = 0; i < count; i++) {
      Event.Builder event =
          event().setAgentId((stays ? "q" : "m") + requests + "." + i + "." + count);
      request.addEvents(i == bad ? event.setT(-1) : event);
    }
    return request;
  }

  private Event.Builder event() {
    Event.Builder event = Event.newBuilder().setT(random.nextInt(4) == 0 ? Integer.MAX_VALUE : 3);
    if (random.nextInt(4) == 0) {
      long seconds = random.nextBoolean() ? -62_135_596_800L : 253_402_300_799L;
      event.setTs(
          Timestamp.newBuilder().setSeconds(seconds).setNanos(random.nextInt(1_000_000_000)));
    }
    if (random.nextInt(4) == 0) {
      event.setSchemaVersion(random.nextBoolean() ? -1 : Integer.MAX_VALUE);
    }
    if (random.nextInt(6) == 0) {
      event.setAttributes(struct(random.nextInt(LISTS_MAX + 1)));
    }
    if (random.nextInt(10) == 0) {
      event.setUnknownFields(unknown(30 + random.nextInt(1_000)));
    }
    setPayload(event);
    return event;
  }

  private void setPayload(Event.Builder event) {
    switch (random.nextInt(10)) {
      case 0 -> event.getTurnStartBuilder().getSnapshotBuilder().setState(struct(5));
      case 1 ->
          event
              .getTurnStartBuilder()
              .setProfileName(text())
              .getSnapshotBuilder()
              .setOpaque(ByteString.copyFromUtf8(text()))
              .setMediaType("\0");
      case 2 -> event.getObservationBuilder().addClasses(text()).addClasses(text()).addClasses("a");
      case 3 -> event.getLlmPromptBuilder().setStateSummary(text());
      case 4 ->
          event
              .getLlmResponseBuilder()
              .addActions(struct(3))
              .setReasoning(text())
              .setCostUsd(number());
      case 5 -> event.getActionBuilder().setIndexInTurn(Integer.MAX_VALUE).setAction(struct(2));
      case 6 -> event.getActionResultBuilder().setActionType(text()).setStateChanged(true);
      case 7 -> event.getWorldMutationBuilder().setReason(text()).setAfterSummary(text());
      case 8 -> event.setUnknownFields(unknown(20 + 9 + random.nextInt(500)));
      default -> event.getMetricBuilder().setName(text() + "m").setValue(number());
    }
  }

  private Struct struct(int lists) {
    Value deepest = Value.newBuilder().setStringValue(text()).build();
    for (int i = 0; i < lists; i++) {
      deepest = Value.newBuilder().setListValue(ListValue.newBuilder().addValues(deepest)).build();
    }
    return Struct.newBuilder()
        .putFields(text(), deepest)
        .putFields("n", Value.newBuilder().setNumberValue(number()).build())
        .build();
  }

  private UnknownFieldSet unknown(int number) {
    UnknownFieldSet inner =
        UnknownFieldSet.newBuilder()
            .mergeField(1, UnknownFieldSet.Field.newBuilder().addVarint(random.nextLong()).build())
            .build();
    UnknownFieldSet.Field field =
        UnknownFieldSet.Field.newBuilder()
            .addLengthDelimited(ByteString.copyFromUtf8(text()))
            .addGroup(inner)
            .build();
    return UnknownFieldSet.newBuilder().mergeField(number, field).build();
  }

  private String text() {
    return TEXTS[random.nextInt(TEXTS.length)];
  }

  private double number() {
    return NUMBERS[random.nextInt(NUMBERS.length)];
  }
}
