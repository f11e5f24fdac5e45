package dev.eider.cli.remote;

import com.google.protobuf.Struct;
import dev.eider.client.EiderClient;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.ForkResponse;
import dev.eider.v1.JsonPatch;
import dev.eider.v1.Run;
import dev.eider.v1.WorldStateSnapshot;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Forks a run. Owned by the main thread. */
@Command(
    name = "fork",
    description = "Opens a run that goes on from the start of a turn of another.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ForkCommand extends DaemonCommand {
  @Parameters(paramLabel = "RUN", description = "The run to fork.")
  private String runId = "";

  @ArgGroup(exclusive = false, multiplicity = "1")
  private Start start = new Start();

  @Option(
      names = "--agent",
      paramLabel = "AGENT",
      description = "Whose turn_start, when several share the turn.")
  private @Nullable String agent;

  @Option(names = "--id", paramLabel = "RUN", description = "The new run's id; else one is made.")
  private String childId = "";

  @ArgGroup private @Nullable Mutation mutation;

  @Option(names = "--summary", paramLabel = "TEXT", description = "Describes the change.")
  private String summary = "";

  @Option(names = "--reason", paramLabel = "TEXT", description = "Says why.")
  private String reason = "";

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "A label of the new run; may be repeated.")
  private Map<String, String> labels = new LinkedHashMap<>();

  @Mixin private DaemonOptions daemon = new DaemonOptions();

  @Override
  public Integer call() {
    ForkRequest request = request();
    try (EiderClient client = daemon.connect()) {
      ForkResponse response = client.fork(request);
      if (daemon.json()) {
        out().println(Json.whole(response));
      } else {
        Run run = response.getRun();
        printf(
            "run %s goes on from turn %d of %s (before its seq %d)%n",
            run.getRunId(), run.getParentT(), run.getParentRunId(), run.getParentSeq());
      }
      return 0;
    }
  }

  private ForkRequest request() {
    ForkRequest.Builder request =
        ForkRequest.newBuilder()
            .setParentRunId(runId)
            .setRunId(childId)
            .setMutationSummary(summary)
            .setReason(reason)
            .putAllLabels(labels)
            .setOmitSnapshot(!daemon.json());
    start.addTo(request);
    if (agent != null) {
      request.setAgentId(agent);
    }
    if (mutation != null) {
      mutation.addTo(request, spec());
    }
    return request.build();
  }

  /** Where the fork goes on from; one of these at least. */
  static final class Start {
    @Option(
        names = "--at",
        paramLabel = "T",
        description = "The turn from whose start to go on: from its newest turn_start.")
    private @Nullable Integer turn;

    @Option(
        names = "--parent-seq",
        paramLabel = "SEQ",
        description = "The seq of the very turn_start to go on from.")
    private @Nullable Long seq;

    private void addTo(ForkRequest.Builder request) {
      if (turn != null) {
        request.setParentT(turn);
      }
      if (seq != null) {
        request.setParentSeq(seq);
      }
    }
  }

  /** How the world is changed; one of these. */
  static final class Mutation {
    @Option(
        names = "--merge",
        paramLabel = "JSON",
        description = "Merges this object into the world (RFC 7396).")
    private @Nullable String merge;

    @Option(
        names = "--patch",
        paramLabel = "JSON",
        description = "Applies this array of operations to the world (RFC 6902).")
    private @Nullable String patch;

    @Option(names = "--world", paramLabel = "JSON", description = "Takes this object as the world.")
    private @Nullable String world;

    private void addTo(ForkRequest.Builder request, CommandSpec spec) {
      if (merge != null) {
        request.setMergePatch(Json.parse(spec, "--merge", merge, Struct.newBuilder()));
      } else if (patch != null) {
        String ops = "{\"ops\": " + patch + "}";
        request.setJsonPatch(Json.parse(spec, "--patch", ops, JsonPatch.newBuilder()));
      } else if (world != null) {
        Struct.Builder state = Json.parse(spec, "--world", world, Struct.newBuilder());
        request.setReplacement(WorldStateSnapshot.newBuilder().setState(state));
      }
    }
  }
}
