/** Where two runs part. */
@NullMarked
package dev.eider.server.read.diff;

import org.jspecify.annotations.NullMarked;
