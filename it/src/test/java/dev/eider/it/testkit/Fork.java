package dev.eider.it.testkit;

/**
 * A fork as its client was answered. Its first events are a {@link Request} to the child besides.
 * Immutable.
 *
 * @param parentSeq where the answer says the forked turn_start is
 * @param turnStartId the event that the client meant to fork
 * @param expectedWorld the parent's snapshot with the mutation, as the client works it out
 * @param toldWorld the snapshot in the answer, in the same notation
 */
public record Fork(
    String childRunId,
    String parentRunId,
    long parentSeq,
    String turnStartId,
    String expectedWorld,
    String toldWorld) {}
