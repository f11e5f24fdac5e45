/** The mapping of events and runs to the columns of a row, and back. */
@NullMarked
package dev.eider.server.store.row;

import org.jspecify.annotations.NullMarked;
