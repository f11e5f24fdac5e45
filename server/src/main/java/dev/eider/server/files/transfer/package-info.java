/** Runs as files: handed out to callers, taken in from them, and left in the data directory. */
@NullMarked
package dev.eider.server.files.transfer;

import org.jspecify.annotations.NullMarked;
