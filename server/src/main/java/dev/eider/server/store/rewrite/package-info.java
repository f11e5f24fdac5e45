/** Copying the file to one without holes, beside its readers and its writer. */
@NullMarked
package dev.eider.server.store.rewrite;

import org.jspecify.annotations.NullMarked;
