package dev.eider.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.eider.server.base.BrokerException;
import dev.eider.v1.ErrorReason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(30)
final class ErrorCatalogueTest {
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "UNRECOGNIZED")
  void shouldSayWhenToRetryAnOverloadAndNothingElse(ErrorReason reason) throws Exception {
    Status status = ErrorCatalogue.toStatus(BrokerException.of(reason, "why"));
    assertThat(status.getCode()).isNotEqualTo(Code.OK_VALUE).isNotEqualTo(Code.UNKNOWN_VALUE);
    assertThat(details(status, RetryInfo.class))
        .hasSize(reason == ErrorReason.ERROR_REASON_OVERLOADED ? 1 : 0)
        .allMatch(retry -> retry.getRetryDelay().getNanos() == 100_000_000);
  }

  @Test
  void shouldNotTellOfADefectWhatIsInside() throws Exception {
    Status status = ErrorCatalogue.toStatus(new IllegalStateException("secret"));
    assertThat(status.getCode()).isEqualTo(Code.INTERNAL_VALUE);
    assertThat(status.toString()).doesNotContain("secret");
    assertThat(details(status, ErrorInfo.class).get(0).getReason()).isEqualTo("INTERNAL");
  }

  private static <M extends Message> List<M> details(Status status, Class<M> type)
      throws InvalidProtocolBufferException {
    List<M> found = new ArrayList<>();
    for (Any detail : status.getDetailsList()) {
      if (detail.is(type)) {
        found.add(detail.unpack(type));
      }
    }
    return found;
  }
}
