/** The workload on the packaged daemon, from the first request to the judgement. */
package dev.eider.it.testkit.grpc;
