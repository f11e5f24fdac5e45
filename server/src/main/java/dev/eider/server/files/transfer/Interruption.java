package dev.eider.server.files.transfer;

import org.jspecify.annotations.Nullable;

/** Sets what is called when a call ends from outside, until the next call of this. */
@FunctionalInterface
interface Interruption {
  void set(@Nullable Runnable interrupt);
}
