/**
 * gRPC: the only package that knows it. A method checks its request, hands it on and turns the
 * outcome into an answer.
 *
 * <p>Methods run on the network threads and must not block; what waits for DuckDB goes to the pool
 * {@code cold}.
 */
@NullMarked
package dev.eider.server.rpc;

import org.jspecify.annotations.NullMarked;
