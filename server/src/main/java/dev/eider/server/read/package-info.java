/**
 * Readers: subscriptions, cold reads, watches, and the one place that chooses between memory and
 * DuckDB.
 *
 * <p>A reader is a cursor, not a queue. It takes the next events after its cursor whenever its
 * transport can take them, from the run's tail while that holds them and from DuckDB otherwise.
 * Live is joined first: the reader listens to the tail before it reads, so no event can fall
 * between history and live, and since every read begins after the cursor, none can come twice.
 *
 * <p>Threads: each reader is on one thread at a time, of the pool {@code live} while memory serves
 * it and of the pool {@code cold} when DuckDB must be asked.
 */
@NullMarked
package dev.eider.server.read;

import org.jspecify.annotations.NullMarked;
