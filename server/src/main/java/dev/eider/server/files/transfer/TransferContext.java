package dev.eider.server.files.transfer;

import dev.eider.server.base.CallPool;

/** What exports and imports have in common. Immutable. */
record TransferContext(
    TransferDependencies daemon, TransferBounds bounds, TempFiles tempFiles, CallPool pool) {}
