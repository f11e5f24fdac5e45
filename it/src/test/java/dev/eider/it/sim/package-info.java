/**
 * A simulation of the broker: its real parts, from the log to the readers, on a disk, a store, a
 * clock, threads and a network that a seed decides.
 *
 * <pre>
 *   Simulation      one life: starts, clients, disturbances, and the reading of everything at the end
 *   Scheduler       whose turn it is, and what time; SimThreads gives it to the broker
 *   SimDaemon       the broker between two crashes, and the network before it
 *   SimDisk         the log's disk: FaultyDisk, a turn at each call
 *   SimStore        the model of DuckDB; SimStoreTest holds it against DuckDB
 *   Faults, Rule    what may go wrong, and what must hold all the same
 *   Oracle          what clients were told and shown so far
 *   Producer, Keeper, Follower, ColdFollower   the clients
 *   Mutant          bugs that must be found
 *   Simulate        the command: ./eider simulate
 * </pre>
 */
package dev.eider.it.sim;
