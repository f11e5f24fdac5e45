/** What every part stands on: workers, timers, invariants, refusals. Knows nothing of runs. */
@NullMarked
package dev.eider.server.base;

import org.jspecify.annotations.NullMarked;
