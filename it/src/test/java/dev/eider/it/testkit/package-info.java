/**
 * What clients sent, were told and saw, and the one rule book that holds all of it together.
 *
 * <p>{@link dev.eider.it.testkit.History} is written while a broker, real or simulated, is treated
 * badly; {@link dev.eider.it.testkit.RuleBook} then names the {@link dev.eider.it.testkit.Rule}
 * that it breaks. Nothing here knows gRPC or the daemon.
 *
 * <p>{@code workload} has the clients that make histories, {@code grpc} lets them loose on the
 * packaged daemon, {@code dev.eider.it.sim} on a simulated one.
 */
package dev.eider.it.testkit;
