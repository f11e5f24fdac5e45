package dev.eider.cli.remote;

import dev.eider.cli.print.JsonRow;
import dev.eider.cli.print.QueryTable;
import dev.eider.client.EiderClient;
import dev.eider.client.QueryResult;
import dev.eider.v1.QueryRequest;
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
final class QueryCommand extends DaemonCommand {
  @Mixin private DaemonOptions daemon = new DaemonOptions();

  @Parameters(paramLabel = "SQL", description = "The statement.")
  private String sql = "";

  @Override
  public Integer call() {
    try (EiderClient client = daemon.connect();
        QueryResult result = client.query(QueryRequest.newBuilder().setSql(sql).build())) {
      if (daemon.json()) {
        result.forEachRemaining(row -> JsonRow.print(result.columns(), row, out()));
      } else {
        print(result);
      }
      return 0;
    } finally {
      out().flush();
    }
  }

  private void print(QueryResult result) {
    QueryTable table = new QueryTable(result.columns(), "", out());
    long count = 0;
    while (result.hasNext()) {
      table.add(result.next());
      count++;
    }
    table.end();
    out().println(count == 1 ? "1 row" : count + " rows");
  }
}
