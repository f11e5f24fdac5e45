package dev.eider.server.rpc;

import com.google.protobuf.Value;
import dev.eider.server.api.RequestValidator;
import dev.eider.server.event.RunId;
import dev.eider.server.files.transfer.ExportCall;
import dev.eider.server.files.transfer.ImportCall;
import dev.eider.server.files.transfer.Transfers;
import dev.eider.server.files.transfer.Transfers.ExportOrder;
import dev.eider.server.query.Queries;
import dev.eider.server.query.QueryCall;
import dev.eider.server.query.Question;
import dev.eider.v1.ExportRunsRequest;
import dev.eider.v1.ExportRunsResponse;
import dev.eider.v1.ImportRunsRequest;
import dev.eider.v1.ImportRunsResponse;
import dev.eider.v1.QueryRequest;
import dev.eider.v1.QueryResponse;
import dev.eider.v1.QueryServiceGrpc;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** QueryService. Thread-safe. */
final class QueryEndpoint extends QueryServiceGrpc.QueryServiceImplBase {
  private static final int PARAMETERS_MAX = 1_000;
  private static final int MIN_SEQS_MAX = 1_000;
  private static final long WHOLE_MAX = 1L << 53;

  /** A year; longer waits are cut to the daemon's own bound anyway. */
  private static final long TIMEOUT_S_MAX = 366L * 86_400;

  private final Queries queries;
  private final Transfers transfers;

  QueryEndpoint(Queries queries, Transfers transfers) {
    this.queries = queries;
    this.transfers = transfers;
  }

  @Override
  public void query(QueryRequest request, StreamObserver<QueryResponse> responses) {
    try {
      ServerCallStreamObserver<QueryResponse> stream =
          (ServerCallStreamObserver<QueryResponse>) responses;
      QueryCall call = queries.call(question(request), new GrpcQuerySink(stream));
      stream.setOnReadyHandler(call::wake);
      stream.setOnCancelHandler(call::cancel);
      call.start();
    } catch (RuntimeException refusal) {
      Responses.refuse(responses, refusal);
    }
  }

  @Override
  public void exportRuns(ExportRunsRequest request, StreamObserver<ExportRunsResponse> responses) {
    try {
      ServerCallStreamObserver<ExportRunsResponse> stream =
          (ServerCallStreamObserver<ExportRunsResponse>) responses;
      ExportCall call = transfers.export(order(request), new GrpcExportSink(stream));
      stream.setOnReadyHandler(call::wake);
      stream.setOnCancelHandler(call::cancel);
      call.start();
    } catch (RuntimeException refusal) {
      Responses.refuse(responses, refusal);
    }
  }

  @Override
  public StreamObserver<ImportRunsRequest> importRuns(
      StreamObserver<ImportRunsResponse> responses) {
    ServerCallStreamObserver<ImportRunsResponse> stream =
        (ServerCallStreamObserver<ImportRunsResponse>) responses;
    ImportCall call = transfers.importRuns(new GrpcImportSink(stream));
    stream.disableAutoRequest();
    stream.setOnCancelHandler(call::cancel);
    try {
      call.start();
    } catch (RuntimeException refusal) {
      Responses.refuse(responses, refusal);
    }
    return new ImportParts(call);
  }

  private static ExportOrder order(ExportRunsRequest request) {
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

  private static Question question(QueryRequest request) {
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

  /** Hands a file's parts to an import. Used by the network thread. */
  private record ImportParts(ImportCall call) implements StreamObserver<ImportRunsRequest> {
    @Override
    public void onNext(ImportRunsRequest part) {
      call.next(part.getData());
    }

    @Override
    public void onError(Throwable gone) {
      call.cancel();
    }

    @Override
    public void onCompleted() {
      call.sent();
    }
  }
}
