/**
 * Eider's clients of the benchmark, straight on the wire contract and as cheap as a client can be:
 * events are encoded beforehand, and what is read is looked at just enough to see that no seq is
 * missing. The same clients talk to {@link dev.eider.bench.wire.EchoServer}, which does nothing:
 * the ceiling of what gRPC allows.
 */
package dev.eider.bench.wire;
