package dev.eider.server.files.transfer;

import dev.eider.server.base.CallPool;
import java.util.concurrent.Semaphore;

/**
 * What exports and imports have in common. Immutable.
 *
 * @param largeRecords the turn of an import with a large record
 */
record TransferContext(
    TransferDependencies daemon,
    TransferBounds bounds,
    TempFiles tempFiles,
    CallPool pool,
    Semaphore largeRecords) {}
