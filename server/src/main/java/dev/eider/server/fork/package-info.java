/** Branching a run: deciding what the child begins with is pure, doing it is one log record. */
@NullMarked
package dev.eider.server.fork;

import org.jspecify.annotations.NullMarked;
