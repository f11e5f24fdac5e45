/**
 * Runs: their state, the records of the log that change it, and the pure fold over these.
 *
 * <p>Nothing here has a thread, does I/O or reads a clock. The fold is a function of the records in
 * log order alone, so that every consumer of the log (the sequencer, the persister, a start after a
 * crash) comes to the same state.
 */
@NullMarked
package dev.eider.server.run;

import org.jspecify.annotations.NullMarked;
