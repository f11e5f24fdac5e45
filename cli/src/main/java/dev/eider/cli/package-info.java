/**
 * The {@code eider} command: {@code serve} runs the daemon, {@code demo} shows what it is good for.
 * Stands on the daemon's root and on the client; nothing imports it.
 */
@NullMarked
package dev.eider.cli;

import org.jspecify.annotations.NullMarked;
