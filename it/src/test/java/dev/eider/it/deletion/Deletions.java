package dev.eider.it.deletion;

import dev.eider.client.EiderClient;
import dev.eider.client.QueryResult;
import dev.eider.it.Daemon;
import dev.eider.v1.DeleteRunRequest;
import dev.eider.v1.DeleteRunResponse;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.ForkResponse;

/** Calls about deletion. Thread-safe. */
record Deletions(Daemon daemon) {
  DeleteRunResponse delete(String runId) {
    return delete(runId, false);
  }

  DeleteRunResponse delete(String runId, boolean force) {
    return daemon
        .runs()
        .deleteRun(DeleteRunRequest.newBuilder().setRunId(runId).setForce(force).build());
  }

  ForkResponse fork(String parent, int t, String child) {
    return daemon
        .broker()
        .fork(
            ForkRequest.newBuilder().setParentRunId(parent).setParentT(t).setRunId(child).build());
  }

  /** The one number that a query gives. */
  long number(String sql) {
    try (EiderClient client = EiderClient.connect(daemon.target());
        QueryResult result = client.query(sql)) {
      return (long) result.next().getValues(0).getNumberValue();
    }
  }
}
