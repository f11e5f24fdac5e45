package dev.eider.it.testkit.workload;

/**
 * A turn_start as it was sent. Immutable.
 *
 * @param t no other turn of a history has it
 */
record TurnStart(String runId, String id, String agentId, int t, double gold) {}
