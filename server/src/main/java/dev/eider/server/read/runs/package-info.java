/** Lists of runs, and the watch that follows their changes. */
@NullMarked
package dev.eider.server.read.runs;

import org.jspecify.annotations.NullMarked;
