package dev.eider.server.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.run.RequestFingerprint;
import dev.eider.server.run.RunIdMaker;
import dev.eider.v1.OpenRunRequest;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
final class RunIdTest {
  @ParameterizedTest
  @ValueSource(strings = {"a", "Z", "0", "_x", "a.b-c_d", "run-0.1"})
  void shouldAllow(String id) {
    assertThat(RunId.isValid(id)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".a", "-a", "a/b", "a b", "ä", "a\n", "a\u0000", "a:b", "a@b"})
  void shouldNotAllow(String id) {
    assertThat(RunId.isValid(id)).isFalse();
  }

  @Test
  void shouldAllowAHundredAndTwentyEightCharacters() {
    assertThat(RunId.isValid("x".repeat(128))).isTrue();
    assertThat(RunId.isValid("x".repeat(129))).isFalse();
  }

  @Test
  void shouldAllowAgentsToBeginWithADotAndToBeEmpty() {
    assertThat(RunId.hasIdCharacters(".a")).isTrue();
    assertThat(RunId.hasIdCharacters("-a")).isTrue();
    assertThat(RunId.hasIdCharacters("")).isTrue();
    assertThat(RunId.hasIdCharacters("x".repeat(129))).isFalse();
  }

  @Test
  void shouldMakeValidIdsThatDifferWithoutARequestId() {
    RunIdMaker ids = new RunIdMaker(new Random(1));
    RunId first = ids.make("");
    assertThat(RunId.isValid(first.value())).isTrue();
    assertThat(ids.make("")).isNotEqualTo(first);
  }

  @Test
  void shouldMakeTheSameIdForTheSameRequestId() {
    RunId made = new RunIdMaker(new Random(1)).make("req");
    assertThat(new RunIdMaker(new Random(2)).make("req")).isEqualTo(made);
    assertThat(new RunIdMaker(new Random(1)).make("other")).isNotEqualTo(made);
  }

  @Test
  void shouldTellRequestsApartWhateverTheOrderOfTheirMaps() {
    OpenRunRequest.Builder one =
        OpenRunRequest.newBuilder().putLabels("a", "1").putLabels("b", "2").putLabels("c", "3");
    OpenRunRequest.Builder same =
        OpenRunRequest.newBuilder().putLabels("c", "3").putLabels("b", "2").putLabels("a", "1");
    OpenRunRequest.Builder other = one.clone().putLabels("a", "2");

    assertThat(RequestFingerprint.of(same.build()))
        .isEqualTo(RequestFingerprint.of(one.build()))
        .isNotEqualTo(RequestFingerprint.of(other.build()));
  }
}
