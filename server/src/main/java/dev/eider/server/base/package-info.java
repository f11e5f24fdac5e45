/** What every part stands on: workers, invariants, identifiers. Knows nothing of runs. */
@NullMarked
package dev.eider.server.base;

import org.jspecify.annotations.NullMarked;
