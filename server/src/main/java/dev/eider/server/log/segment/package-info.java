/**
 * The write-ahead log in files of a local directory. {@code docs/internals/log-format.md} has the
 * format to the byte, what is on disk when, and what tells a torn end from damage.
 */
@NullMarked
package dev.eider.server.log.segment;

import org.jspecify.annotations.NullMarked;
