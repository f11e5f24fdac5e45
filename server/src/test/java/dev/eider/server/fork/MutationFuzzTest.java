package dev.eider.server.fork;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import dev.eider.server.event.RandomMessages;
import dev.eider.v1.JsonPatch;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever a patch holds, it applies within the bounds or is refused. */
@Timeout(60)
final class MutationFuzzTest {
  private static final int ROUNDS = Integer.getInteger("eider.fork.fuzz", 1_500);

  @Test
  void shouldApplyWithinTheBoundsOrRefuse() {
    long seed = Long.getLong("eider.seed", System.nanoTime());
    System.out.println("MutationFuzzTest: -Deider.seed=" + seed);
    RandomMessages messages = new RandomMessages(new Random(seed));
    WorldBounds bounds = new WorldBounds(5_000);
    for (int i = 0; i < ROUNDS; i++) {
      Struct world = messages.like(Struct.getDefaultInstance());
      JsonPatch patch = messages.like(JsonPatch.getDefaultInstance());
      try {
        Struct patched = JsonPatcher.apply(world, patch.getOpsList(), bounds);
        assertThat(patch.getOpsCount() == 0 || patched.getSerializedSize() <= 5_100).isTrue();
        bounds.require(MergePatch.apply(world, messages.like(Struct.getDefaultInstance())));
      } catch (MutationException refused) {
        assertThat(refused.getMessage()).isNotBlank();
      }
    }
  }
}
