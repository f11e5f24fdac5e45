package dev.eider.cli.remote;

import dev.eider.v1.EventFilter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which events a command is about. Owned by the main thread. */
final class FilterOptions {
  @Option(
      names = "--kind",
      paramLabel = "KIND",
      split = ",",
      description = "Only events of this kind, such as metric; may be repeated.")
  private List<String> kinds = new ArrayList<>();

  @Option(
      names = "--agent",
      paramLabel = "AGENT",
      split = ",",
      description = "Only events of this agent; may be repeated.")
  private List<String> agents = new ArrayList<>();

  @Option(names = "--from-turn", paramLabel = "T", description = "Only turns from this one on.")
  private @Nullable Integer fromTurn;

  @Option(names = "--to-turn", paramLabel = "T", description = "Only turns up to this one.")
  private @Nullable Integer toTurn;

  EventFilter filter() {
    EventFilter.Builder filter = EventFilter.newBuilder().addAllKinds(kinds).addAllAgentIds(agents);
    if (fromTurn != null) {
      filter.setTMin(fromTurn);
    }
    if (toTurn != null) {
      filter.setTMax(toTurn);
    }
    return filter.build();
  }
}
