/**
 * The Java client of Eider: publishes, follows, forks and finds runs.
 *
 * <p>An {@link dev.eider.client.EiderClient} has two threads, both daemon: {@code eider-client-io}
 * moves bytes, {@code eider-client-worker} owns the publish stream and completes futures. A third,
 * {@code eider-client-dns}, lives for a few seconds after a host name was looked up. Readers have
 * none: responses are parsed on the thread that asks for events.
 *
 * <p>What a publish goes through:
 *
 * <pre>
 *   caller: RunPublisher -> PendingBudget (bound) -> PublishWindow (open batch -> sealed)
 *   worker: PublishLink  -> PublishWindow (sealed -> sent) -> one PublishStream for all runs
 *   worker: answer       -> PublishWindow (sent -> settled) -> the event's future
 * </pre>
 *
 * <p>A batch, once sealed, keeps its events and its producer seq for ever; whatever goes wrong, the
 * same requests are sent again in the same order. That, and the daemon's producer rule, is why a
 * retry stores nothing twice.
 */
@NullMarked
package dev.eider.client;

import org.jspecify.annotations.NullMarked;
