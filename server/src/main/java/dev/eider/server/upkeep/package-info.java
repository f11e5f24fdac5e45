/** Housekeeping in the background: old runs go, and the file gives room back. */
@NullMarked
package dev.eider.server.upkeep;

import org.jspecify.annotations.NullMarked;
