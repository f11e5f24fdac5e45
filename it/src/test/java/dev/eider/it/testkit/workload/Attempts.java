package dev.eider.it.testkit.workload;

import dev.eider.it.testkit.Rule;
import java.util.Map;
import java.util.Random;
import java.util.function.LongFunction;

/** Makes a call again until its outcome is known, with short deadlines. Owned by one client. */
final class Attempts {
  private final Wire wire;
  private final Random random;
  private final Tally tally;

  Attempts(Wire wire, Random random, Tally tally) {
    this.wire = wire;
    this.random = random;
    this.tally = tally;
  }

  /**
   * Blocks until the call is answered, or has been made a number of times in vain; a call that was
   * put off every time counts as refused.
   *
   * @param call gets its deadline in milliseconds
   */
  <T> Answer<T> make(int triesMax, LongFunction<Answer<T>> call) {
    boolean inDoubt = false;
    for (int tries = 0; tries < triesMax; tries++) {
      if (tries > 0) {
        rest();
      }
      Answer<T> answer = call.apply(deadlineMs());
      if (answer.isUnknown()) {
        inDoubt = true;
        tally.add(Tally.DOUBTS);
      } else if (answer.isNotNow()) {
        tally.add(Tally.PUT_OFF);
        tally.add(answer.reason());
      } else {
        Rule.NO_DEFECT.require(!answer.reason().equals("INTERNAL"), "a call ended with %s", answer);
        return answer.withDoubt(inDoubt);
      }
    }
    return inDoubt ? Answer.unknown() : Answer.refused("given up", Map.of());
  }

  /** Waits a little before another try. */
  void rest() {
    tally.add(Tally.RETRIES);
    wire.pause(1 + random.nextInt(1 + wire.patienceMs() / 15));
  }

  long deadlineMs() {
    return wire.patienceMs() / 5 + random.nextInt(wire.patienceMs());
  }
}
