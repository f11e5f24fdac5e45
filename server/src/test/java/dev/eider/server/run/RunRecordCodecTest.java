package dev.eider.server.run;

import static dev.eider.server.run.Samples.NOW_US;
import static dev.eider.server.run.Samples.RUN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.EventKind;
import dev.eider.server.event.RunId;
import dev.eider.server.run.StepRecord.Closed;
import dev.eider.server.run.StepRecord.Deleted;
import dev.eider.server.run.StepRecord.Opened;
import dev.eider.server.run.StepRecord.Published;
import dev.eider.storage.v1.StoredClosed;
import dev.eider.storage.v1.StoredRecord;
import dev.eider.v1.Event;
import dev.eider.v1.RunOutcome;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
final class RunRecordCodecTest {
  static Stream<RunRecord> records() {
    Parent parent = new Parent(new RunId("p"), 3, 12, new RunId("root"));
    return Stream.of(
        new StepRecord(
            RUN,
            NOW_US,
            new Opened(Map.of("a", "1", "b", ""), "req", new byte[] {1, 2}, parent),
            new Published(1, new ProducerStamp("x", 3, 1), Samples.metrics(2)),
            new Closed(RunOutcome.RUN_OUTCOME_FAILED),
            new Deleted(true)),
        Samples.opening(RUN),
        Samples.publishing(RUN, 4, null, Samples.metrics(1)),
        Imports.of(3, new RunId("a"), new RunId("b")));
  }

  @ParameterizedTest
  @MethodSource("records")
  void shouldBringBackEveryPart(RunRecord record) {
    assertThat(RunRecordCodec.decode(RunRecordCodec.encode(record)))
        .usingRecursiveComparison()
        .ignoringFieldsOfTypes(ProducerTable.class)
        .isEqualTo(record);
  }

  @Test
  void shouldPlaceImportedRunsAtTheRecord() {
    assertThat(Imports.of(3, new RunId("a")).runsAt(40))
        .extracting(FoldedRun::firstPosition, FoldedRun::lastPosition, FoldedRun::headSeq)
        .containsExactly(tuple(40L, 40L, 3L));
  }

  @Test
  void shouldKeepFieldsOfEventsThatItDoesNotKnow() {
    // given
    UnknownFieldSet.Builder newKind = UnknownFieldSet.newBuilder();
    newKind.mergeLengthDelimitedField(77, ByteString.copyFromUtf8("from the future"));

    Event event = Samples.base("ada", 1).setUnknownFields(newKind.build()).build();
    StepRecord record = Samples.publishing(RUN, 1, null, List.of(EncodedEvent.of(event)));

    // when
    StepRecord read = (StepRecord) RunRecordCodec.decode(RunRecordCodec.encode(record));

    // then
    EncodedEvent back = Objects.requireNonNull(read.published()).events().get(0);
    assertThat(back.bytes()).isEqualTo(event.toByteArray());
    assertThat(back.kind()).isEqualTo(EventKind.UNKNOWN);
    assertThat(EncodedEvent.parse(back.bytes())).isEqualTo(event);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 99})
  void shouldRefuseAClosingWithoutAKnownOutcome(int outcome) {
    byte[] bytes =
        StoredRecord.newBuilder()
            .setRunId("a")
            .setClosed(StoredClosed.newBuilder().setOutcome(outcome))
            .build()
            .toByteArray();
    assertThatThrownBy(() -> RunRecordCodec.decode(bytes))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not a record: outcome " + outcome);
  }

  @Test
  void shouldRefuseBytesOfSomethingElse() {
    assertThatThrownBy(() -> RunRecordCodec.decode(new byte[] {(byte) 0xff, 3}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not a record");
  }
}
