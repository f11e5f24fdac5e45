/**
 * Values: what a run, an event and a log record are, and the pure fold over records.
 *
 * <p>Nothing here has a thread, does I/O or reads a clock. The fold is a function of the records in
 * log order alone, so that every consumer of the log (the sequencer, the persister, a start after a
 * crash) comes to the same state.
 */
@NullMarked
package dev.eider.server.run;

import org.jspecify.annotations.NullMarked;
