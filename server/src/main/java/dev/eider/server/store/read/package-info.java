/** Pages of events and rows of runs, read ahead and kept in a bounded cache. */
@NullMarked
package dev.eider.server.store.read;

import org.jspecify.annotations.NullMarked;
