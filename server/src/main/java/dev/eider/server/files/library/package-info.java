/**
 * Libraries: directories of files of runs that others made and keep. They are read where they are,
 * and never changed.
 *
 * <p>The worker {@code library} reads each file through once, which gives what is known of its
 * runs; their events are read from the file, a page at a time, by whoever wants them. A run of a
 * library is shown once its id is surely nobody else's ({@link
 * dev.eider.server.files.library.RunIdClaims}), and from then on readers cannot tell it from a
 * closed run of the daemon's own.
 */
@NullMarked
package dev.eider.server.files.library;

import org.jspecify.annotations.NullMarked;
