package dev.eider.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.eider.server.base.BrokerException;
import dev.eider.v1.ErrorReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(30)
final class ErrorCatalogueTest {
  @ParameterizedTest
  @CsvSource({
    "RUN_NOT_FOUND, NOT_FOUND",
    "TURN_NOT_FOUND, NOT_FOUND",
    "RUN_ALREADY_EXISTS, ALREADY_EXISTS",
    "FORK_ALREADY_EXISTS, ALREADY_EXISTS",
    "RUN_CLOSED, FAILED_PRECONDITION",
    "SEQ_MISMATCH, FAILED_PRECONDITION",
    "PRODUCER_GAP, FAILED_PRECONDITION",
    "SNAPSHOT_MISSING, FAILED_PRECONDITION",
    "SNAPSHOT_OPAQUE, FAILED_PRECONDITION",
    "PRODUCER_FENCED, ABORTED",
    "INVALID_RUN_ID, INVALID_ARGUMENT",
    "INVALID_EVENT, INVALID_ARGUMENT",
    "INVALID_REQUEST, INVALID_ARGUMENT",
    "MUTATION_INVALID, INVALID_ARGUMENT",
    "BATCH_TOO_LARGE, INVALID_ARGUMENT",
    "SEQ_BEYOND_HEAD, OUT_OF_RANGE",
    "OVERLOADED, RESOURCE_EXHAUSTED",
    "STORAGE_FULL, RESOURCE_EXHAUSTED",
    "STORAGE_UNAVAILABLE, UNAVAILABLE",
    "SHUTTING_DOWN, UNAVAILABLE",
    "WAIT_TIMED_OUT, DEADLINE_EXCEEDED",
    "INTERNAL, INTERNAL",
  })
  void shouldGiveEachReasonTheCodeOfTheProto(String name, Code code) throws Exception {
    // given
    ErrorReason reason = ErrorReason.valueOf("ERROR_REASON_" + name);

    // when
    Status status = ErrorCatalogue.toStatus(BrokerException.of(reason, "why").with("k", 7));

    // then
    assertThat(status.getCode()).isEqualTo(code.getNumber());
    assertThat(status.getMessage()).isEqualTo("why");
    ErrorInfo info = details(status, ErrorInfo.class).get(0);
    assertThat(info.getDomain()).isEqualTo("eider.dev");
    assertThat(info.getReason()).isEqualTo(name);
    assertThat(info.getMetadataMap()).isEqualTo(Map.of("k", "7"));
  }

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
  void shouldNameTheField() throws Exception {
    // given
    BrokerException refusal =
        BrokerException.ofField(
            ErrorReason.ERROR_REASON_INVALID_EVENT, "events[3].t", "must be at least 0");

    // when
    Status status = ErrorCatalogue.toStatus(refusal);

    // then
    BadRequest bad = details(status, BadRequest.class).get(0);
    assertThat(bad.getFieldViolations(0).getField()).isEqualTo("events[3].t");
    assertThat(bad.getFieldViolations(0).getDescription()).contains("must be at least 0");
    assertThat(details(status, ErrorInfo.class).get(0).getMetadataMap())
        .containsEntry("field", "events[3].t");
    assertThat(
            details(
                ErrorCatalogue.toStatus(
                    BrokerException.of(ErrorReason.ERROR_REASON_RUN_CLOSED, "why")),
                BadRequest.class))
        .isEmpty();
  }

  @Test
  void shouldLookInsideACompletion() {
    // when
    Status status =
        ErrorCatalogue.toStatus(
            new CompletionException(
                BrokerException.of(ErrorReason.ERROR_REASON_RUN_NOT_FOUND, "gone")));

    // then
    assertThat(status.getCode()).isEqualTo(Code.NOT_FOUND_VALUE);
    assertThat(status.getMessage()).isEqualTo("gone");
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
