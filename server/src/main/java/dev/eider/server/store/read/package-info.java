/** Pages of events and rows of runs, read ahead and cached within bounds. */
@NullMarked
package dev.eider.server.store.read;

import org.jspecify.annotations.NullMarked;
