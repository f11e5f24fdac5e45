/** Rewriting the file without holes, while it is read and written. */
@NullMarked
package dev.eider.server.store.rewrite;

import org.jspecify.annotations.NullMarked;
