/** The daemon: its settings, its wiring and its start and stop. */
@NullMarked
package dev.eider.server;

import org.jspecify.annotations.NullMarked;
