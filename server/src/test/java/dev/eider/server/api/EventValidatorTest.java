package dev.eider.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.Value;
import dev.eider.server.base.BrokerException;
import dev.eider.server.run.RunView;
import dev.eider.server.run.Samples;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.Event;
import dev.eider.v1.MetricPayload;
import dev.eider.v1.ObservationPayload;
import dev.eider.v1.WorldStateSnapshot;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
final class EventValidatorTest {
  private static final long NOW_US = 1_767_225_600_123_456L;
  private static final Struct INFINITE = struct(number(Double.POSITIVE_INFINITY));

  @Test
  void shouldFillInWhatIsMissing() {
    // given
    Event bare = Event.newBuilder().setMetric(MetricPayload.newBuilder().setName("score")).build();

    // when
    Event completed = EventValidator.complete(bare, 0, NOW_US);

    // then
    assertThat(completed.getTs()).isEqualTo(RunView.timestamp(NOW_US));
    assertThat(completed.getSchemaVersion()).isEqualTo(1);
    assertThat(completed.getMetric()).isEqualTo(bare.getMetric());
  }

  @Test
  void shouldNotTouchWhatIsComplete() {
    Event event = Samples.metric("ada", 4).toBuilder().setSchemaVersion(9).build();
    assertThat(EventValidator.complete(event, 0, NOW_US)).isSameAs(event);
  }

  @Test
  void shouldSortClassesOnce() {
    Event event = observation("wolf", "axe", "wolf");
    Event completed = EventValidator.complete(event, 0, NOW_US);
    assertThat(completed.getObservation().getClassesList()).containsExactly("axe", "wolf");
    assertThat(EventValidator.complete(completed, 0, NOW_US)).isSameAs(completed);
  }

  @Test
  void shouldLetThroughAKindThatItDoesNotKnow() {
    Event event = Samples.base("", 0).setUnknownFields(field(77)).build();
    assertThat(EventValidator.complete(event, 0, NOW_US)).isSameAs(event);
    Event none = Samples.base("", 1).setUnknownFields(field(19)).build();
    assertThat(fieldOf(() -> EventValidator.complete(none, 3, NOW_US)))
        .isEqualTo("events[3].payload");
  }

  @ParameterizedTest
  @ValueSource(longs = {-62_135_596_800L, 253_402_300_799L})
  void shouldAllowTheFirstAndTheLastSecond(long seconds) {
    assertThat(EventValidator.isValid(Timestamp.newBuilder().setSeconds(seconds).build())).isTrue();
    long outside = seconds < 0 ? seconds - 1 : seconds + 1;
    assertThat(EventValidator.isValid(Timestamp.newBuilder().setSeconds(outside).build()))
        .isFalse();
  }

  @Test
  void shouldNeedABodyInASnapshotOfARequest() {
    WorldStateSnapshot empty = WorldStateSnapshot.getDefaultInstance();
    BrokerException refusal =
        catchThrowableOfType(
            BrokerException.class, () -> EventValidator.checkSnapshot(empty, "replacement"));
    assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_REQUEST);
    assertThat(refusal.field()).isEqualTo("replacement.body");
  }

  @Test
  void shouldNameStructsAndValuesOfARequest() {
    assertThat(fieldOf(() -> EventValidator.checkStruct(INFINITE, "merge_patch")))
        .isEqualTo("merge_patch");
    assertThat(fieldOf(() -> EventValidator.checkValue(number(0.0 / 0).build(), "ops[0].value")))
        .isEqualTo("ops[0].value");
    EventValidator.checkStruct(struct(list(struct(number(1)))), "merge_patch");
  }

  private static String fieldOf(Runnable check) {
    return String.valueOf(catchThrowableOfType(BrokerException.class, check::run).field());
  }

  private static Event observation(String... classes) {
    return Samples.base("", 0)
        .setObservation(ObservationPayload.newBuilder().addAllClasses(List.of(classes)))
        .build();
  }

  private static UnknownFieldSet field(int number) {
    return UnknownFieldSet.newBuilder()
        .addField(number, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
        .build();
  }

  private static Value.Builder number(double value) {
    return Value.newBuilder().setNumberValue(value);
  }

  private static Value.Builder list(Struct item) {
    return Value.newBuilder()
        .setListValue(ListValue.newBuilder().addValues(Value.newBuilder().setStructValue(item)));
  }

  private static Struct struct(Value.Builder value) {
    return Struct.newBuilder().putFields("x", value.build()).build();
  }
}
