/**
 * Libraries: directories of files of runs that belong to other programs. They are read where they
 * are, and never changed.
 *
 * <p>The worker {@code library} reads each file through once, for what is to be known of its runs;
 * readers get their events from the file, a page at a time. A run of a library is shown once its id
 * is surely unique ({@link dev.eider.server.files.library.RunIdClaims}), and from then on readers
 * cannot tell it from a closed run of the daemon's own.
 */
@NullMarked
package dev.eider.server.files.library;

import org.jspecify.annotations.NullMarked;
