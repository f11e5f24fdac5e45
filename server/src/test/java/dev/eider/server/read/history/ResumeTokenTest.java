package dev.eider.server.read.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.LogPlace;
import dev.eider.server.event.RunId;
import dev.eider.v1.ErrorReason;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class ResumeTokenTest {
  private static final RunId LONG = new RunId("r".repeat(RunId.CHARS_MAX));
  private static final ResumeToken.Event LAST =
      new ResumeToken.Event(LogPlace.after(1L << 40, LONG, 77), 0xdeadbeef);

  @Test
  void shouldComeBackAsItWas() {
    for (ResumeToken token :
        new ResumeToken[] {
          new ResumeToken(5, null),
          ResumeToken.of(LogPlace.after(1L << 40, LONG, 77), LAST),
          ResumeToken.of(LogPlace.before((1L << 40) + 1), LAST)
        }) {
      byte[] bytes = token.toBytes();
      assertThat(ResumeToken.parse(bytes)).isEqualTo(token);
      assertThat(bytes.length).isLessThanOrEqualTo(200);
    }
    assertThat(ResumeToken.parse(new byte[0])).isEqualTo(ResumeToken.START);
  }

  @Test
  void shouldNameThePlaceThatIsFurther() {
    assertThat(ResumeToken.of(LAST.place(), LAST).place()).isEqualTo(LAST.place());
    LogPlace later = LogPlace.before((1L << 40) + 1);
    assertThat(ResumeToken.of(later, LAST).place()).isEqualTo(later);
    assertThat(ResumeToken.START.place()).isEqualTo(LogPlace.START);
  }

  @Test
  void shouldRefuseWhateverIsChangedOrCutOff() {
    byte[] bytes = ResumeToken.of(LAST.place(), LAST).toBytes();
    for (int i = 0; i < bytes.length; i++) {
      byte[] changed = bytes.clone();
      changed[i] ^= 0x10;
      shouldBeRefused(changed);
      if (i > 0) {
        shouldBeRefused(Arrays.copyOf(bytes, i));
      }
    }
    shouldBeRefused(Arrays.copyOf(bytes, bytes.length + 1));
    shouldBeRefused(new byte[300]);
  }

  private static void shouldBeRefused(byte[] bytes) {
    assertThatThrownBy(() -> ResumeToken.parse(bytes))
        .isInstanceOfSatisfying(
            BrokerException.class,
            refusal -> {
              assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_RESUME_TOKEN);
              assertThat(refusal.field()).isEqualTo("resume_token");
            });
  }
}
