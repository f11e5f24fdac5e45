package dev.eider.server.log.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class LogConfigTest {
  @Test
  void shouldRefuseWhatIsOutOfRange() {
    assertThatThrownBy(() -> new LogConfig(511, 1 << 20))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("segmentBytesMax is 511, must be from 512 to " + Long.MAX_VALUE);
    assertThatThrownBy(() -> new LogConfig(512, 1000))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("batchBytesMax is 1000");
  }

  @Test
  void shouldTellAFullDiskFromOtherFailures() {
    assertThat(DiskSpace.isExhausted(new IOException("No space left on device"))).isTrue();
    assertThat(DiskSpace.isExhausted(new IOException("x", new IOException("Disk quota exceeded"))))
        .isTrue();
    assertThat(DiskSpace.isExhausted(new IOException("Input/output error"))).isFalse();
    assertThat(DiskSpace.isExhausted(new IOException())).isFalse();
  }
}
