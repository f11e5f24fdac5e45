package dev.eider.it.query;

import com.google.protobuf.Duration;
import com.google.protobuf.ListValue;
import com.google.protobuf.Value;
import dev.eider.it.Refusal;
import dev.eider.v1.QueryRequest;
import dev.eider.v1.QueryResponse;
import dev.eider.v1.QuerySchema;
import dev.eider.v1.QueryServiceGrpc;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A query that has been answered, wholly or in part. Immutable.
 *
 * @param refusal what ended it, if it did not end well
 */
record Asked(QuerySchema schema, List<ListValue> rows, Optional<Refusal> refusal) {
  private static final int DEADLINE_S = 90;

  static Asked of(Channel channel, String sql) {
    return of(channel, request(sql).build());
  }

  static Asked of(Channel channel, QueryRequest request) {
    QuerySchema schema = QuerySchema.getDefaultInstance();
    List<ListValue> rows = new ArrayList<>();
    try {
      Iterator<QueryResponse> responses =
          QueryServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(DEADLINE_S, TimeUnit.SECONDS)
              .query(request);
      while (responses.hasNext()) {
        QueryResponse response = responses.next();
        if (response.hasSchema()) {
          schema = response.getSchema();
        }
        rows.addAll(response.getRows().getRowsList());
      }
      return new Asked(schema, rows, Optional.empty());
    } catch (StatusRuntimeException e) {
      return new Asked(schema, rows, Optional.of(Refusal.of(e)));
    }
  }

  static QueryRequest.Builder request(String sql) {
    return QueryRequest.newBuilder().setSql(sql);
  }

  static Duration ms(long ms) {
    return Duration.newBuilder()
        .setSeconds(ms / 1_000)
        .setNanos((int) (ms % 1_000) * 1_000_000)
        .build();
  }

  Value value(int row, int column) {
    return rows.get(row).getValues(column);
  }

  /** The rows as texts and numbers, for comparing. */
  List<List<Object>> plain() {
    return rows.stream()
        .map(row -> row.getValuesList().stream().map(Asked::plain).toList())
        .toList();
  }

  private static Object plain(Value value) {
    return switch (value.getKindCase()) {
      case NUMBER_VALUE -> value.getNumberValue();
      case STRING_VALUE -> value.getStringValue();
      case BOOL_VALUE -> value.getBoolValue();
      case LIST_VALUE -> value.getListValue().getValuesList().stream().map(Asked::plain).toList();
      case STRUCT_VALUE -> value.getStructValue().getFieldsMap().toString();
      case NULL_VALUE, KIND_NOT_SET -> "NULL";
    };
  }
}
