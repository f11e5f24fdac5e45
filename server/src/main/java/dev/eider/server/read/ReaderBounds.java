package dev.eider.server.read;

/**
 * The bounds of readers. Immutable.
 *
 * @param readersMax open streams
 * @param outboundBytesMax bytes of pages that wait in the network, over all streams that are open;
 *     each stream may have 16 KiB, or one larger event, in any case
 * @param changesMax changed runs that wait, over all watches
 * @param diffsMax open comparisons of runs
 * @param logReadersMax open streams of all runs: the sequencer wakes each of them after each batch
 */
public record ReaderBounds(
    int readersMax, long outboundBytesMax, int changesMax, int diffsMax, int logReadersMax) {}
