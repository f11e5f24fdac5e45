package dev.eider.server.fork;

import dev.eider.server.base.BrokerException;
import dev.eider.server.read.history.RunHistory.KnownRun;
import dev.eider.server.read.history.TurnWorlds;
import dev.eider.server.read.history.TurnWorlds.World;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.GetSnapshotRequest;
import org.jspecify.annotations.Nullable;

/**
 * The turn that a request names, by its number or by the seq of its turn_start. Immutable.
 *
 * @param seq null when the turn's number says which; else that is 0 when not given
 * @param agentId null when not given
 * @param turnField the name of the field with the turn's number
 */
record TurnChoice(@Nullable Long seq, int t, @Nullable String agentId, String turnField) {
  static TurnChoice of(ForkRequest request) {
    return new TurnChoice(
        request.hasParentSeq() ? (Long) request.getParentSeq() : null,
        request.getParentT(),
        request.hasAgentId() ? request.getAgentId() : null,
        "parent_t");
  }

  static TurnChoice of(GetSnapshotRequest request) {
    return new TurnChoice(
        request.hasSeq() ? (Long) request.getSeq() : null,
        request.getT(),
        request.hasAgentId() ? request.getAgentId() : null,
        "t");
  }

  /**
   * Finds its world in a run, or in what the run inherits. Blocks.
   *
   * @throws BrokerException if there is none, or it is not what else is said of the turn
   */
  World in(TurnWorlds worlds, KnownRun run) {
    if (seq == null) {
      return worlds.find(run, t, agentId);
    }
    World world = worlds.at(run, seq);
    if (t != 0 && t != world.t()) {
      throw mismatch(turnField, "must be " + world.t() + " or left out; it is " + t);
    }
    // The world that a fork began with is everybody's.
    if (agentId != null && !agentId.equals(world.agentId()) && !world.isStartOfFork()) {
      throw mismatch(
          "agent_id", "must be \"" + world.agentId() + "\" or left out; it is \"" + agentId + "\"");
    }
    return world;
  }

  private BrokerException mismatch(String field, String problem) {
    return BrokerException.ofField(
        ErrorReason.ERROR_REASON_INVALID_REQUEST,
        field,
        problem + " (the event has seq " + seq + ")");
  }
}
