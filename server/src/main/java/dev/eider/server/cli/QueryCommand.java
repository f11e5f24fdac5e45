package dev.eider.server.cli;

import com.google.protobuf.ListValue;
import dev.eider.client.ClientConfig;
import dev.eider.client.EiderClient;
import dev.eider.client.EiderException;
import dev.eider.client.QueryResult;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.QueryRequest;
import io.grpc.Status;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Asks a daemon in SQL, through the Java client. Owned by the main thread. */
@Command(
    name = "query",
    description = "Runs one SELECT over all runs of a running daemon.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Exit codes: 0 answered, 1 failed, 2 the SQL or the command line is wrong.",
      "Example: eider query \"SELECT run_id, state, cost_usd FROM runs ORDER BY create_time\""
    })
final class QueryCommand implements Callable<Integer> {
  private static final String ADDRESS_VARIABLE = "EIDER_ADDRESS";
  private static final String ADDRESS_DEFAULT = "localhost:7117";

  /** So many rows are aligned with each other; those after them have the widths of these. */
  private static final int ALIGNED_ROWS = 1_000;

  private final PrintWriter out;
  private final Map<String, String> environment;

  @Option(
      names = "--address",
      paramLabel = "HOST:PORT",
      description = "Where the daemon is; else " + ADDRESS_VARIABLE + ", else " + ADDRESS_DEFAULT)
  private @Nullable String address;

  @Option(names = "--json", description = "Prints an object a line for each row.")
  private boolean json;

  @Parameters(paramLabel = "SQL", description = "The statement.")
  private String sql = "";

  QueryCommand(PrintWriter out, Map<String, String> environment) {
    this.out = out;
    this.environment = environment;
  }

  @Override
  public Integer call() {
    try (EiderClient client = EiderClient.connect(config());
        QueryResult result = client.query(QueryRequest.newBuilder().setSql(sql).build())) {
      if (json) {
        result.forEachRemaining(row -> JsonRow.print(result.columns(), row, out));
      } else {
        print(result);
      }
      return 0;
    } catch (EiderException e) {
      throw failure(e);
    } finally {
      out.flush();
    }
  }

  private ClientConfig config() {
    String target =
        address != null ? address : environment.getOrDefault(ADDRESS_VARIABLE, ADDRESS_DEFAULT);
    try {
      return ClientConfig.defaults(target);
    } catch (IllegalArgumentException e) {
      throw CliFailure.usage(String.valueOf(e.getMessage()));
    }
  }

  private void print(QueryResult result) {
    QueryTable table = new QueryTable(result.columns());
    List<ListValue> rows = new ArrayList<>();
    long count = 0;
    while (result.hasNext()) {
      rows.add(result.next());
      count++;
      if (rows.size() == ALIGNED_ROWS) {
        table.print(rows, out);
        rows.clear();
      }
    }
    table.print(rows, out);
    out.println(count == 1 ? "1 row" : count + " rows");
  }

  private static CliFailure failure(EiderException e) {
    String text = String.valueOf(e.getMessage());
    if (e.reason() == ErrorReason.ERROR_REASON_INVALID_QUERY) {
      return CliFailure.usage(text);
    }
    return CliFailure.failed(
        e.code() == Status.Code.UNAVAILABLE
            ? text + " (is the daemon running? --address or " + ADDRESS_VARIABLE + " says where)"
            : text);
  }
}
