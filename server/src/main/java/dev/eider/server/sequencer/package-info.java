/**
 * The one writer: commands in, seqs out, one force for all that arrived meanwhile, acknowledgements
 * after it.
 *
 * <pre>
 *   RunWriter (any thread) -> Admission -> queue -> Sequencer thread: decide, append, commit, fold -> hub, acks
 * </pre>
 */
@NullMarked
package dev.eider.server.sequencer;

import org.jspecify.annotations.NullMarked;
