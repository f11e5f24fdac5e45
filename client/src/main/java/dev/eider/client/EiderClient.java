package dev.eider.client;

import com.google.protobuf.ByteString;
import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.CloseRunRequest;
import dev.eider.v1.ColdStreamRequest;
import dev.eider.v1.DeleteRunRequest;
import dev.eider.v1.DeleteRunResponse;
import dev.eider.v1.DiffRunsRequest;
import dev.eider.v1.DiffRunsResponse;
import dev.eider.v1.DiffRunsResponse.DiffSummary;
import dev.eider.v1.ExportRunsRequest;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.ForkResponse;
import dev.eider.v1.GetRunRequest;
import dev.eider.v1.GetServerInfoRequest;
import dev.eider.v1.GetServerInfoResponse;
import dev.eider.v1.GetSnapshotRequest;
import dev.eider.v1.GetSnapshotResponse;
import dev.eider.v1.ImportRunsResponse;
import dev.eider.v1.ListRunsRequest;
import dev.eider.v1.ListRunsResponse;
import dev.eider.v1.OpenRunRequest;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishResponse;
import dev.eider.v1.QueryRequest;
import dev.eider.v1.Run;
import dev.eider.v1.RunFilter;
import dev.eider.v1.RunOutcome;
import dev.eider.v1.RunServiceGrpc;
import dev.eider.v1.ServerInfoServiceGrpc;
import dev.eider.v1.SubscribeAllRequest;
import dev.eider.v1.SubscribeRequest;
import dev.eider.v1.WorldStateSnapshot;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A connection to a daemon, with which to manage, publish to and read runs.
 *
 * <p>Calls block until they are answered, for at most {@link ClientConfig#callDeadline}, and throw
 * {@link EiderException}. While the daemon is UNAVAILABLE, idempotent unary calls are retried: all
 * of them except {@link #publish} without a producer. The first call connects.
 *
 * <p>Thread-safe.
 */
public final class EiderClient implements AutoCloseable {
  private static final int PAGE_SIZE = 1_000;

  private final ClientParts parts;

  private EiderClient(ClientParts parts) {
    this.parts = parts;
  }

  /** Returns a client of the daemon at {@code host:port}, with the defaults. */
  public static EiderClient connect(String address) {
    return connect(ClientConfig.defaults(address));
  }

  public static EiderClient connect(ClientConfig config) {
    return new EiderClient(new ClientParts(config));
  }

  /**
   * Opens a run.
   *
   * @param runId its id; if empty, the daemon makes one
   */
  public Run openRun(String runId, Map<String, String> labels) {
    return openRun(OpenRunRequest.newBuilder().setRunId(runId).putAllLabels(labels).build());
  }

  /** Opens a run. A request without a request_id gets one, so that retries open only one run. */
  public Run openRun(OpenRunRequest request) {
    OpenRunRequest repeatable =
        request.getRequestId().isEmpty()
            ? request.toBuilder().setRequestId(newRequestId()).build()
            : request;
    return parts.calls().retrying(RunServiceGrpc.getOpenRunMethod(), repeatable).getRun();
  }

  /** Closes a run for good. Blocks until DuckDB holds all of it. */
  public Run closeRun(String runId, RunOutcome outcome) {
    CloseRunRequest request =
        CloseRunRequest.newBuilder().setRunId(runId).setOutcome(outcome).build();
    return parts.calls().retrying(RunServiceGrpc.getCloseRunMethod(), request).getRun();
  }

  /**
   * Deletes a run for good. Blocks until DuckDB has erased it. The call is retried while the daemon
   * is unreachable: if the answer to a successful deletion is lost, the retry fails with
   * RUN_NOT_FOUND.
   *
   * @param force whether to delete it even if it is open or forks inherit from it
   * @throws EiderException RUN_NOT_FOUND, RUN_READ_ONLY, RUN_OPEN or RUN_HAS_FORKS
   */
  public DeleteRunResponse deleteRun(String runId, boolean force) {
    DeleteRunRequest request =
        DeleteRunRequest.newBuilder().setRunId(runId).setForce(force).build();
    return parts.calls().retrying(RunServiceGrpc.getDeleteRunMethod(), request);
  }

  public Run getRun(String runId) {
    GetRunRequest request = GetRunRequest.newBuilder().setRunId(runId).build();
    return parts.calls().retrying(RunServiceGrpc.getGetRunMethod(), request).getRun();
  }

  /** Returns every run that passes the filter, newest first. Holds them all in memory. */
  public List<Run> listRuns(RunFilter filter) {
    return listRuns(filter, Integer.MAX_VALUE);
  }

  /**
   * Returns the newest runs that pass the filter, at most {@code runsMax}. Holds them in memory.
   */
  public List<Run> listRuns(RunFilter filter, int runsMax) {
    List<Run> runs = new ArrayList<>();
    String token = "";
    do {
      ListRunsRequest request =
          ListRunsRequest.newBuilder()
              .setPageSize(Math.min(PAGE_SIZE, runsMax - runs.size()))
              .setPageToken(token)
              .setFilter(filter)
              .build();
      ListRunsResponse page = parts.calls().retrying(RunServiceGrpc.getListRunsMethod(), request);
      runs.addAll(page.getRunsList());
      token = page.getNextPageToken();
    } while (!token.isEmpty() && runs.size() < runsMax);
    return runs;
  }

  /**
   * Compares two runs. Blocks until both are compared to their ends, however long that takes. Not
   * retried when the connection is lost.
   *
   * @param onPart receives each part of the answer as it arrives, on the calling thread
   * @return the summary, which is the last part
   */
  public DiffSummary diffRuns(DiffRunsRequest request, Consumer<DiffRunsResponse> onPart) {
    DiffSummary summary = DiffSummary.getDefaultInstance();
    try {
      Iterator<DiffRunsResponse> answers =
          ClientCalls.blockingServerStreamingCall(
              channel(), RunServiceGrpc.getDiffRunsMethod(), CallOptions.DEFAULT, request);
      while (answers.hasNext()) {
        DiffRunsResponse part = answers.next();
        onPart.accept(part);
        summary = part.getSummary();
      }
    } catch (StatusRuntimeException e) {
      throw EiderException.of(e);
    }
    return summary;
  }

  /**
   * Publishes one request. It is retried only if it carries a producer, since a retry would
   * otherwise store its events twice.
   */
  public PublishResponse publish(PublishRequest request) {
    return request.hasProducer()
        ? parts.calls().retrying(BrokerServiceGrpc.getPublishMethod(), request)
        : parts.calls().once(BrokerServiceGrpc.getPublishMethod(), request);
  }

  /** Returns a publisher of a run, with the defaults. Close it when done. */
  public RunPublisher publisher(String runId) {
    return publisher(runId, PublisherConfig.defaults());
  }

  public RunPublisher publisher(String runId, PublisherConfig config) {
    return parts.publisher(runId, config, ClientParts.budgetOf(config));
  }

  /**
   * Returns a sink for the events of many runs, with the defaults except for the bound that the
   * runs share: 100,000 events or 64 MiB, so that 10,000 runs can still fill batches.
   */
  public MultiRunSink multiRunSink() {
    return multiRunSink(PublisherConfig.defaults().withPending(100_000, 64L << 20));
  }

  /** Returns a sink for the events of many runs, which share the bounds on pending events. */
  public MultiRunSink multiRunSink(PublisherConfig config) {
    PendingBudget shared = ClientParts.budgetOf(config);
    return new MultiRunSink(
        runId -> parts.publisher(runId, config, shared), this::closeRun, parts.closer());
  }

  /**
   * Reads a run's events after a seq, past and future.
   *
   * @param afterSeq exclusive; 0 means from the start
   */
  public RunSubscription subscribe(String runId, long afterSeq) {
    return subscribe(SubscribeRequest.newBuilder().setRunId(runId).setAfterSeq(afterSeq).build());
  }

  /** Reads a run. The stream is opened when the first event is asked for. */
  public RunSubscription subscribe(SubscribeRequest request) {
    return parts.reader(StreamSource.of(request, channel()));
  }

  /**
   * Reads every event of every run in the order of the log, past and future; see {@code
   * BrokerService.SubscribeAll}.
   *
   * @param resumeToken the token of the last batch that was stored; empty means from the start
   */
  public AllRunsSubscription subscribeAll(ByteString resumeToken) {
    return subscribeAll(SubscribeAllRequest.newBuilder().setResumeToken(resumeToken).build());
  }

  /** Reads all runs, or some of them. The stream is opened when the first batch is asked for. */
  public AllRunsSubscription subscribeAll(SubscribeAllRequest request) {
    return parts.reader(request);
  }

  /** Reads what DuckDB holds of a run. */
  public RunSubscription coldStream(String runId) {
    return coldStream(ColdStreamRequest.newBuilder().setRunId(runId).build());
  }

  /** Reads what DuckDB holds of a run. The stream is opened when the first event is asked for. */
  public RunSubscription coldStream(ColdStreamRequest request) {
    return parts.reader(StreamSource.of(request, channel()));
  }

  /**
   * Forks a run. A request without a request_id gets one, so that retries make only one fork; give
   * one yourself to repeat the call later, with {@code omit_snapshot} if the answer was too large.
   */
  public ForkResponse fork(ForkRequest request) {
    ForkRequest repeatable =
        request.getRequestId().isEmpty()
            ? request.toBuilder().setRequestId(newRequestId()).build()
            : request;
    return parts.calls().retrying(BrokerServiceGrpc.getForkMethod(), repeatable);
  }

  /**
   * Forks a run with a world that the caller changes: reads the snapshot, applies the function and
   * sends its result.
   */
  public ForkResponse fork(String parentRunId, int t, UnaryOperator<WorldStateSnapshot> mutation) {
    GetSnapshotResponse found =
        snapshot(GetSnapshotRequest.newBuilder().setRunId(parentRunId).setT(t).build());
    ForkRequest.Builder request =
        ForkRequest.newBuilder()
            .setParentRunId(parentRunId)
            .setParentT(t)
            .setReplacement(mutation.apply(found.getSnapshot()));
    if (found.getRunId().equals(parentRunId)) {
      request.setParentSeq(found.getSeq());
    }
    return fork(request.build());
  }

  /** Returns the world at the start of a turn. */
  public WorldStateSnapshot snapshot(String runId, int t) {
    return snapshot(GetSnapshotRequest.newBuilder().setRunId(runId).setT(t).build()).getSnapshot();
  }

  /** Returns the world at the start of a turn, and where it was found. */
  public GetSnapshotResponse snapshot(GetSnapshotRequest request) {
    return parts.calls().retrying(RunServiceGrpc.getGetSnapshotMethod(), request);
  }

  /**
   * Runs a SELECT over all runs in DuckDB; see QueryService. Not retried when it fails. Close the
   * result.
   */
  public QueryResult query(String sql) {
    return query(QueryRequest.newBuilder().setSql(sql).build());
  }

  /** Runs a SELECT with parameters, {@code min_seqs} and limits. */
  public QueryResult query(QueryRequest request) {
    return QueryResult.of(channel(), request);
  }

  /**
   * Writes runs into one file, DuckDB or Parquet; see QueryService. Blocks until the whole file is
   * written; a call that fails leaves an incomplete file. Not retried when it fails.
   *
   * @return the size of the file in bytes
   * @throws IOException if writing to the stream fails
   */
  public long exportRuns(ExportRunsRequest request, OutputStream out, TransferProgress progress)
      throws IOException {
    return new FileCalls(channel()).receive(request, out, progress);
  }

  /**
   * Imports the runs of a file, all of them or none, with what is in the log {@code FILE.wal} that
   * DuckDB left beside it. Blocks until they are in DuckDB. Not retried when it fails: if the
   * connection was lost, the runs may have been imported all the same, and a second call then fails
   * with RUN_ALREADY_EXISTS.
   *
   * @throws IOException if the file cannot be read
   */
  public ImportRunsResponse importRuns(Path file, TransferProgress progress) throws IOException {
    return new FileCalls(channel()).send(file, false, progress);
  }

  /**
   * Imports the runs of a file as {@link #importRuns} does, but for those that are at fault, which
   * the answer names.
   *
   * @throws IOException if the file cannot be read
   */
  public ImportRunsResponse importGoodRuns(Path file, TransferProgress progress)
      throws IOException {
    return new FileCalls(channel()).send(file, true, progress);
  }

  public GetServerInfoResponse serverInfo() {
    return parts
        .calls()
        .retrying(
            ServerInfoServiceGrpc.getGetServerInfoMethod(),
            GetServerInfoRequest.getDefaultInstance());
  }

  /** Returns the channel, for generated stubs. The client owns it: do not shut it down. */
  public ManagedChannel channel() {
    return parts.channel();
  }

  /**
   * Closes the client: readers end, unanswered events fail, threads stop. To have their events
   * stored, close publishers and sinks first. Blocks for a moment.
   *
   * @throws IllegalStateException if called on the client's worker thread, for example in a
   *     future's callback
   */
  @Override
  public void close() {
    parts.close();
  }

  private static String newRequestId() {
    return UUID.randomUUID().toString();
  }
}
