/** Queries of callers: what they may ask, and for how much of the daemon. */
@NullMarked
package dev.eider.server.query;

import org.jspecify.annotations.NullMarked;
