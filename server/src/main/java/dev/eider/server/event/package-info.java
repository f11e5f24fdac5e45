/**
 * Events as they are stored and sent: ids, places, kinds, encoded forms and filters.
 *
 * <p>Everything here is a value or a pure function; nothing knows what a run is.
 */
@NullMarked
package dev.eider.server.event;

import org.jspecify.annotations.NullMarked;
