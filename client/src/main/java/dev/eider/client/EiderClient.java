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
 * A connection to a daemon: the way to runs, publishers and readers.
 *
 * <p>Calls block until they are answered, for at most {@link ClientConfig#callDeadline}, and throw
 * {@link EiderException}. Those that may be repeated safely are, while the daemon is UNAVAILABLE:
 * all but {@link #publish} without a producer. Connecting is lazy: the first call does it.
 *
 * <p>Thread-safe.
 */
public final class EiderClient implements AutoCloseable {
  private static final int PAGE_SIZE = 1_000;

  private final ClientParts parts;

  private EiderClient(ClientParts parts) {
    this.parts = parts;
  }

  /** A client of the daemon at {@code host:port}, with the defaults. */
  public static EiderClient connect(String address) {
    return connect(ClientConfig.defaults(address));
  }

  public static EiderClient connect(ClientConfig config) {
    return new EiderClient(new ClientParts(config));
  }

  /**
   * Opens a run.
   *
   * @param runId its id; empty, the daemon makes one
   */
  public Run openRun(String runId, Map<String, String> labels) {
    return openRun(OpenRunRequest.newBuilder().setRunId(runId).putAllLabels(labels).build());
  }

  /** Opens a run; without a request_id the call gets one, so that its retries open one run. */
  public Run openRun(OpenRunRequest request) {
    OpenRunRequest repeatable =
        request.getRequestId().isEmpty()
            ? request.toBuilder().setRequestId(newRequestId()).build()
            : request;
    return parts.calls().retrying(RunServiceGrpc.getOpenRunMethod(), repeatable).getRun();
  }

  /** Closes a run for good; returns when DuckDB holds all of it. */
  public Run closeRun(String runId, RunOutcome outcome) {
    CloseRunRequest request =
        CloseRunRequest.newBuilder().setRunId(runId).setOutcome(outcome).build();
    return parts.calls().retrying(RunServiceGrpc.getCloseRunMethod(), request).getRun();
  }

  /**
   * Deletes a run for good; returns when DuckDB has erased it. Retried while the daemon is away:
   * should the answer of a deletion get lost, the retry is answered with RUN_NOT_FOUND.
   *
   * @param force even if it is open, or forks inherit from it
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

  /** Every run that passes the filter, newest first. Holds them all in memory. */
  public List<Run> listRuns(RunFilter filter) {
    return listRuns(filter, Integer.MAX_VALUE);
  }

  /** The newest runs that pass the filter, so many at the most. Holds them all in memory. */
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
   * Compares two runs. Blocks until all of both is compared, however long that takes; not repeated
   * when the connection is lost.
   *
   * @param onPart told each part of the answer as it comes, on the calling thread
   * @return the last part
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

  /** Publishes one request; repeated when the daemon is away only if it carries a producer. */
  public PublishResponse publish(PublishRequest request) {
    return request.hasProducer()
        ? parts.calls().retrying(BrokerServiceGrpc.getPublishMethod(), request)
        : parts.calls().once(BrokerServiceGrpc.getPublishMethod(), request);
  }

  /** A publisher of a run, with the defaults. Close it when done. */
  public RunPublisher publisher(String runId) {
    return publisher(runId, PublisherConfig.defaults());
  }

  public RunPublisher publisher(String runId, PublisherConfig config) {
    return parts.publisher(runId, config, ClientParts.budgetOf(config));
  }

  /**
   * A sink for the events of many runs, with the defaults but for the bound that the runs share:
   * 100,000 events or 64 MiB, so that 10,000 runs can still fill batches.
   */
  public MultiRunSink multiRunSink() {
    return multiRunSink(PublisherConfig.defaults().withPending(100_000, 64L << 20));
  }

  /** A sink for the events of many runs, which share the bounds on what is pending. */
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

  /** Reads a run; opens the stream when the first event is asked for. */
  public RunSubscription subscribe(SubscribeRequest request) {
    return parts.reader(StreamSource.of(request, channel()));
  }

  /**
   * Reads every event of every run in the order of the log, past and future; see {@code
   * BrokerService.SubscribeAll}.
   *
   * @param resumeToken that of the last batch that was stored; empty means from the start
   */
  public AllRunsSubscription subscribeAll(ByteString resumeToken) {
    return subscribeAll(SubscribeAllRequest.newBuilder().setResumeToken(resumeToken).build());
  }

  /** Reads all runs, or some; opens the stream when the first batch is asked for. */
  public AllRunsSubscription subscribeAll(SubscribeAllRequest request) {
    return parts.reader(request);
  }

  /** Reads what DuckDB holds of a run. */
  public RunSubscription coldStream(String runId) {
    return coldStream(ColdStreamRequest.newBuilder().setRunId(runId).build());
  }

  /** Reads what DuckDB holds of a run; opens the stream when the first event is asked for. */
  public RunSubscription coldStream(ColdStreamRequest request) {
    return parts.reader(StreamSource.of(request, channel()));
  }

  /** Forks a run; without a request_id the call gets one, so that its retries make one fork. */
  public ForkResponse fork(ForkRequest request) {
    ForkRequest repeatable =
        request.getRequestId().isEmpty()
            ? request.toBuilder().setRequestId(newRequestId()).build()
            : request;
    return parts.calls().retrying(BrokerServiceGrpc.getForkMethod(), repeatable);
  }

  /**
   * Forks a run with a world that was changed here: reads the snapshot, applies the function and
   * sends what it returns.
   */
  public ForkResponse fork(String parentRunId, int t, UnaryOperator<WorldStateSnapshot> mutation) {
    WorldStateSnapshot changed = mutation.apply(snapshot(parentRunId, t));
    return fork(
        ForkRequest.newBuilder()
            .setParentRunId(parentRunId)
            .setParentT(t)
            .setReplacement(changed)
            .build());
  }

  /** The world at the start of a turn. */
  public WorldStateSnapshot snapshot(String runId, int t) {
    GetSnapshotRequest request = GetSnapshotRequest.newBuilder().setRunId(runId).setT(t).build();
    return parts.calls().retrying(RunServiceGrpc.getGetSnapshotMethod(), request).getSnapshot();
  }

  /**
   * Asks in SQL, over all runs in DuckDB; see QueryService. Not repeated when it fails. Close what
   * it returns.
   */
  public QueryResult query(String sql) {
    return query(QueryRequest.newBuilder().setSql(sql).build());
  }

  /** Asks in SQL, with parameters, {@code min_seqs} and bounds. */
  public QueryResult query(QueryRequest request) {
    return QueryResult.of(channel(), request);
  }

  /**
   * Writes runs into one file, DuckDB or Parquet; see QueryService. Blocks until all of it is
   * written; what was written of a call that fails is not a whole file. Not repeated when it fails.
   *
   * @return the bytes of the file
   * @throws IOException if the stream does not take them
   */
  public long exportRuns(ExportRunsRequest request, OutputStream out, TransferProgress progress)
      throws IOException {
    return new FileCalls(channel()).receive(request, out, progress);
  }

  /**
   * Has the daemon take in the runs of a file, all of them or none. Blocks until they are in
   * DuckDB. Not repeated when it fails: when the daemon went away the runs may be there all the
   * same, and a second call then fails with RUN_ALREADY_EXISTS.
   *
   * @throws IOException if the file cannot be read
   */
  public ImportRunsResponse importRuns(Path file, TransferProgress progress) throws IOException {
    return new FileCalls(channel()).send(file, progress);
  }

  public GetServerInfoResponse serverInfo() {
    return parts
        .calls()
        .retrying(
            ServerInfoServiceGrpc.getGetServerInfoMethod(),
            GetServerInfoRequest.getDefaultInstance());
  }

  /** The channel, for generated stubs. Belongs to this client: do not shut it down. */
  public ManagedChannel channel() {
    return parts.channel();
  }

  /**
   * Ends everything of this client: readers end, events that await their answer fail, threads stop.
   * Close publishers and sinks first to have their events stored. Blocks for a moment.
   *
   * @throws IllegalStateException if called on the client's worker thread, as from a future's
   *     callback
   */
  @Override
  public void close() {
    parts.close();
  }

  private static String newRequestId() {
    return UUID.randomUUID().toString();
  }
}
