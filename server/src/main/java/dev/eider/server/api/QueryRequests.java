package dev.eider.server.api;

import com.google.protobuf.Value;
import dev.eider.server.event.RunId;
import dev.eider.server.files.transfer.ExportOrder;
import dev.eider.server.query.Question;
import dev.eider.v1.ExportRunsRequest;
import dev.eider.v1.QueryRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Turns requests for queries and exports into what is asked, or throws a refusal. Thread-safe. */
public final class QueryRequests {
  private static final int PARAMETERS_MAX = 1_000;
  private static final int MIN_SEQS_MAX = 1_000;
  private static final long WHOLE_MAX = 1L << 53;

  /** A year; longer waits are cut to the daemon's own bound anyway. */
  private static final long TIMEOUT_S_MAX = 366L * 86_400;

  private QueryRequests() {}

  /** Checks a request of Query, but for its SQL. */
  public static Question question(QueryRequest request) {
    RequestValidator.inRange("parameters", request.getParametersCount(), 0, PARAMETERS_MAX);
    RequestValidator.inRange("min_seqs", request.getMinSeqsCount(), 0, MIN_SEQS_MAX);
    RequestValidator.atLeast("max_rows", request.getMaxRows(), 0);
    List<@Nullable Object> parameters = new ArrayList<>();
    for (int i = 0; i < request.getParametersCount(); i++) {
      parameters.add(parameter("parameters[" + i + "]", request.getParameters(i)));
    }
    Map<RunId, Long> minSeqs = new HashMap<>();
    request
        .getMinSeqsMap()
        .forEach(
            (runId, seq) ->
                minSeqs.put(
                    RequestValidator.runId("min_seqs", runId),
                    RequestValidator.atLeast("min_seqs", seq, 0)));
    return new Question(
        request.getSql(), parameters, minSeqs, request.getMaxRows(), timeoutMs(request));
  }

  /** Checks a request of ExportRuns. */
  public static ExportOrder exportOrder(ExportRunsRequest request) {
    if (request.getRunIdsCount() > 0 && request.hasFilter()) {
      throw RequestValidator.invalid("run_ids", "must be empty with a filter");
    }
    Set<RunId> runIds = new HashSet<>();
    for (int i = 0; i < request.getRunIdsCount(); i++) {
      runIds.add(RequestValidator.runId("run_ids[" + i + "]", request.getRunIds(i)));
    }
    return new ExportOrder(
        runIds,
        RequestValidator.selection(request.getFilter()),
        switch (request.getFormat()) {
          case EXPORT_FORMAT_PARQUET -> true;
          case EXPORT_FORMAT_DUCKDB, EXPORT_FORMAT_UNSPECIFIED -> false;
          case UNRECOGNIZED ->
              throw RequestValidator.invalid("format", "is unknown: " + request.getFormatValue());
        });
  }

  private static @Nullable Object parameter(String field, Value value) {
    return switch (value.getKindCase()) {
      case NULL_VALUE -> null;
      case BOOL_VALUE -> value.getBoolValue();
      case STRING_VALUE -> value.getStringValue();
      case NUMBER_VALUE -> number(value.getNumberValue());
      case LIST_VALUE, STRUCT_VALUE, KIND_NOT_SET ->
          throw RequestValidator.invalid(field, "must be null, a bool, a number or a string");
    };
  }

  private static Object number(double number) {
    boolean isWhole = number == Math.rint(number) && Math.abs(number) <= WHOLE_MAX;
    return isWhole ? (Object) (long) number : (Object) number;
  }

  private static long timeoutMs(QueryRequest request) {
    if (!request.hasTimeout()) {
      return 0;
    }
    long seconds =
        RequestValidator.inRange("timeout", request.getTimeout().getSeconds(), 0, TIMEOUT_S_MAX);
    long nanos = RequestValidator.atLeast("timeout", request.getTimeout().getNanos(), 0);
    return Math.max(1, TimeUnit.SECONDS.toMillis(seconds) + TimeUnit.NANOSECONDS.toMillis(nanos));
  }
}
