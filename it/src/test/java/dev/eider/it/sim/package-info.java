/**
 * A simulation of the broker: its real parts, from the log to the readers, on a disk, a store, a
 * clock, threads and a network that a seed decides. The clients and the rules are those of {@code
 * testkit}.
 *
 * <pre>
 *   Simulation      one life: starts, clients, disturbances, and the reading of everything at the end
 *   Scheduler       whose turn it is, and what time; SimThreads gives it to the broker
 *   SimDaemon       the broker between two crashes, and the network before it
 *   SimWire         the clients' way to it; SimInflow is a stream on that way
 *   SimDisk         the log's disk: FaultyDisk, a turn at each call
 *   SimStore        the model of DuckDB; SimStoreTest holds it against DuckDB
 *   Faults          what may go wrong
 *   Mutant          bugs that must be found
 *   Simulate        the command: ./eider simulate
 * </pre>
 */
package dev.eider.it.sim;
