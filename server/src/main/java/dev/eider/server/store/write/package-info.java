/** The persister's writes: transactions, staged files, deletions, checkpoints. */
@NullMarked
package dev.eider.server.store.write;

import org.jspecify.annotations.NullMarked;
