package dev.eider.it.testkit.workload;

import dev.eider.v1.PublishRequest;
import java.util.List;

/**
 * A request that is being made.
 *
 * @param ids what its events are called
 * @param turns those of its events that can be forked
 */
record Draft(PublishRequest.Builder request, List<String> ids, List<TurnStart> turns) {}
