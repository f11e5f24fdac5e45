package dev.eider.cli.remote;

import com.google.protobuf.ListValue;
import dev.eider.client.EiderClient;
import dev.eider.client.QueryResult;
import dev.eider.v1.QueryRequest;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
  /** So many rows are aligned with each other; those after them have the widths of these. */
  private static final int ALIGNED_ROWS = 1_000;

  private final PrintWriter out;
  @Mixin private DaemonOptions daemon = new DaemonOptions();

  @Parameters(paramLabel = "SQL", description = "The statement.")
  private String sql = "";

  QueryCommand(PrintWriter out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    try (EiderClient client = daemon.connect();
        QueryResult result = client.query(QueryRequest.newBuilder().setSql(sql).build())) {
      if (daemon.json()) {
        result.forEachRemaining(row -> JsonRow.print(result.columns(), row, out));
      } else {
        print(result);
      }
      return 0;
    } finally {
      out.flush();
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
}
