/**
 * The one workload: clients that publish, fork, close, delete, follow, read and mirror, and record
 * it all in a history. They know a broker by a {@link dev.eider.it.testkit.workload.Wire} alone.
 */
package dev.eider.it.testkit.workload;
