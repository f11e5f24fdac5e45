/**
 * What Eider is compared with, each told to make the same promise: on disk before the answer.
 *
 * <pre>
 *   RedisStreams    redis-server from PATH, a stream per run, MULTI of a group of XADDs
 *   Postgres        initdb and postgres of the system, one COPY per commit, LISTEN and NOTIFY
 *   Sqlite          in process, WAL, one transaction per group
 *   Kafka           a broker in a child JVM, one flush per produced batch
 *
 *   GroupCommit     gathers the batches that wait into one commit, while the one before is on its way
 *   ServerProcess   the child process of a server: log file, deadlines, end
 *   Follower        the thread that reads a run for its sink
 * </pre>
 *
 * Each is found by {@link java.util.ServiceLoader} as a {@link dev.eider.bench.Peer}. None installs
 * anything; one that is not installed says how to do it.
 */
package dev.eider.bench.peer;
