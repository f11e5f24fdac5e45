/**
 * The commands that talk to a running daemon, here or elsewhere, through the Java client and
 * nothing else: {@code runs}, {@code tail}, {@code cold}, {@code fork}, {@code diff}. They know the
 * wire contract, not the server.
 *
 * <p>What they have in common: {@code --address} (else the environment's EIDER_ADDRESS) names the
 * daemon. Tables and lines are for people, {@code --json} is for programs: one JSON object a line,
 * the message of the wire contract in the field names of the .proto files. What went wrong is one
 * line on stderr that begins with the daemon's reason. Ctrl-C ends a command at once.
 */
@NullMarked
package dev.eider.cli.remote;

import org.jspecify.annotations.NullMarked;
