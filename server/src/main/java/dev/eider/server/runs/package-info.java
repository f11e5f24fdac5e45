/** Which runs there are. */
@NullMarked
package dev.eider.server.runs;

import org.jspecify.annotations.NullMarked;
