package dev.eider.server.upkeep;

/** Something that is to be looked after from time to time. Owned by the thread {@code upkeep}. */
public interface Chore {
  /**
   * Does what is due. May block.
   *
   * @param wake asks for another turn before the time is over; for any thread
   * @return how long to wait for the next turn; 0 to take it at once
   */
  long turn(Runnable wake);

  /** Gives up what is under way, if that takes long. Does not block; for any thread. */
  void askToStop();
}
