/** How an event is laid out in the columns of a row, and put together again. */
@NullMarked
package dev.eider.server.store.row;

import org.jspecify.annotations.NullMarked;
