package dev.eider.server.run;

import static dev.eider.server.run.Samples.NOW_US;
import static dev.eider.server.run.Samples.RUN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
final class RunRecordCodecTest {
  @Test
  void shouldBringBackEveryPart() {
    // given
    Parent parent = new Parent(new RunId("p"), 3, 12, new RunId("root"));
    StepRecord record =
        new StepRecord(
            RUN,
            NOW_US,
            new Opened(Map.of("a", "1", "b", ""), "req", new byte[] {1, 2}, parent),
            new Published(1, new ProducerStamp("x", 3, 1), Samples.metrics(2)),
            new Closed(RunOutcome.RUN_OUTCOME_FAILED),
            new Deleted(true));

    // when
    StepRecord read = (StepRecord) RunRecordCodec.decode(RunRecordCodec.encode(record));

    // then
    assertThat(read.runId()).isEqualTo(RUN);
    assertThat(read.timeUs()).isEqualTo(NOW_US);
    Opened opened = Objects.requireNonNull(read.opened());
    assertThat(opened.labels()).isEqualTo(Map.of("a", "1", "b", ""));
    assertThat(opened.requestId()).isEqualTo("req");
    assertThat(opened.requestHash()).containsExactly(1, 2);
    assertThat(opened.parent()).isEqualTo(parent);
    Published published = Objects.requireNonNull(read.published());
    assertThat(published.firstSeq()).isEqualTo(1);
    assertThat(published.lastSeq()).isEqualTo(2);
    assertThat(published.producer()).isEqualTo(new ProducerStamp("x", 3, 1));
    assertThat(published.events())
        .usingRecursiveFieldByFieldElementComparator()
        .isEqualTo(Samples.metrics(2));
    assertThat(read.closed()).isEqualTo(new Closed(RunOutcome.RUN_OUTCOME_FAILED));
    assertThat(read.deleted()).isEqualTo(new Deleted(true));
  }

  @Test
  void shouldBringBackTheAbsenceOfParts() {
    // when
    StepRecord opening =
        (StepRecord) RunRecordCodec.decode(RunRecordCodec.encode(Samples.opening(RUN)));
    StepRecord publishing =
        (StepRecord)
            RunRecordCodec.decode(
                RunRecordCodec.encode(Samples.publishing(RUN, 4, null, Samples.metrics(1))));

    // then
    assertThat(opening.published()).isNull();
    assertThat(opening.closed()).isNull();
    assertThat(Objects.requireNonNull(opening.opened()).parent()).isNull();
    assertThat(publishing.opened()).isNull();
    assertThat(Objects.requireNonNull(publishing.published()).producer()).isNull();
  }

  @Test
  void shouldKeepFieldsOfEventsThatItDoesNotKnow() {
    // given
    UnknownFieldSet newKind =
        UnknownFieldSet.newBuilder()
            .addField(
                77,
                UnknownFieldSet.Field.newBuilder()
                    .addLengthDelimited(ByteString.copyFromUtf8("from the future"))
                    .build())
            .build();
    Event event = Samples.base("ada", 1).setUnknownFields(newKind).build();
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
