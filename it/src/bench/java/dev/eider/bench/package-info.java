/**
 * The benchmark anyone can run: {@code ./eider bench}.
 *
 * <pre>
 *   Bench           the command: what to run, on what scale, where the results go
 *   Measure         one thing that is measured; it gives Figures, some of which are ceilings
 *   Peer            a store that keeps runs of events: Eider, and what Eider is compared with
 *   Workload        the events, the same for everybody
 *   Results         the figures of all rounds; Catalogue says which ceiling and aim each has
 * </pre>
 *
 * Measures that make sense for any store are written against {@link dev.eider.bench.Peer} and run
 * the same code for Eider and for the others. A ceiling is measured in the same run, on the same
 * machine, with the same events.
 */
package dev.eider.bench;
