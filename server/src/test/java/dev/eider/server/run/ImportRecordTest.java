package dev.eider.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.event.RunId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class ImportRecordTest {
  @Test
  void shouldReadBackWhatItWrites() {
    ImportRecord record = Imports.of(3, new RunId("a"), new RunId("b"));

    byte[] bytes = RunRecordCodec.encode(record);

    assertThat(RunRecordCodec.decode(bytes))
        .usingRecursiveComparison()
        .ignoringFieldsOfTypes(ProducerTable.class)
        .isEqualTo(record);
  }

  @Test
  void shouldPlaceItsRunsAtTheRecord() {
    assertThat(Imports.of(3, new RunId("a")).runsAt(40))
        .singleElement()
        .satisfies(
            run -> {
              assertThat(run.firstPosition()).isEqualTo(40);
              assertThat(run.lastPosition()).isEqualTo(40);
              assertThat(run.headSeq()).isEqualTo(3);
            });
  }
}
