/**
 * The Java client of Eider: publishes, reads, forks and finds runs.
 *
 * <p>An {@link dev.eider.client.EiderClient} has two daemon threads: {@code eider-client-io} does
 * the network I/O, {@code eider-client-worker} owns the publish stream and completes futures. A
 * third, {@code eider-client-dns}, lives for a few seconds after a DNS lookup. Readers have no
 * thread of their own: responses are parsed on the thread that asks for events.
 *
 * <p>The path of a published event:
 *
 * <pre>
 *   caller: RunPublisher -> PendingBudget (bound) -> PublishWindow (open batch -> sealed)
 *   worker: PublishLink  -> PublishWindow (sealed -> sent) -> one PublishStream for all runs
 *   worker: answer       -> PublishWindow (sent -> settled) -> the event's future
 * </pre>
 *
 * <p>A sealed batch never changes its events or its producer seq; whatever goes wrong, the same
 * requests are sent again in the same order. Because the daemon deduplicates by producer seq, a
 * retry stores nothing twice.
 */
@NullMarked
package dev.eider.client;

import org.jspecify.annotations.NullMarked;
