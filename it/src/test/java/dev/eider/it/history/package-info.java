/**
 * What clients sent, were told and saw, and the checker that holds all of it together.
 *
 * <p>{@link dev.eider.it.history.History} is written down while a daemon (or a simulation of one)
 * is treated badly; {@link dev.eider.it.history.HistoryChecker} then says which {@link
 * dev.eider.it.history.Rule} it breaks. These, with {@code Request}, {@code Reader}, {@code Fork},
 * {@code StoredEvent} and {@code Violation}, know neither gRPC nor the daemon. The rest of the
 * package makes histories: a model of a broker with defects to choose from, and clients of the real
 * daemon, which is killed, paused and robbed of its disk.
 */
package dev.eider.it.history;
