/**
 * The write-ahead log: an ordered sequence of records, and the only thing that makes an event
 * durable. The contract; {@code log.segment} keeps it in local files.
 */
@NullMarked
package dev.eider.server.log;

import org.jspecify.annotations.NullMarked;
