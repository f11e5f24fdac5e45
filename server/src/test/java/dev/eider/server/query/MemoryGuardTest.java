package dev.eider.server.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.base.BrokerException;
import dev.eider.server.base.Registration;
import dev.eider.server.base.Timer;
import dev.eider.v1.ErrorReason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class MemoryGuardTest {
  private static final long MIB = 1 << 20;
  private static final long ALLOWED = 1_000 * MIB;

  private final FakeMemory memory = new FakeMemory();
  private final FakeTimer timer = new FakeTimer();
  private final MemoryGuard guard = new MemoryGuard(memory, timer, () -> ALLOWED);
  private final List<String> ended = new ArrayList<>();
  private final List<BrokerException> refusals = new ArrayList<>();

  @Test
  void shouldEndTheYoungestAlone() {
    // given
    begin("old");
    begin("young");

    // when
    memory.nativeBytes += ALLOWED;
    timer.tick();
    assertThat(ended).isEmpty();
    memory.nativeBytes++;
    timer.tick();
    timer.tick();

    // then
    assertThat(ended).containsExactly("young");
    assertThat(refusals.get(0).reason()).isEqualTo(ErrorReason.ERROR_REASON_QUERY_LIMIT);
    assertThat(refusals.get(0).metadata()).containsEntry("limit_bytes", "" + ALLOWED);
    assertThat(refusals.get(0).text()).contains("" + (ALLOWED + 1), "" + ALLOWED);
  }

  @Test
  void shouldEndTheNextOnlyIfItGrowsOn() {
    // given one that is gone, and its memory still with the allocator
    begin("old");
    Registration young = begin("young");
    memory.nativeBytes += 2 * ALLOWED;
    timer.tick();
    young.close();

    // when
    memory.nativeBytes += MemoryGuard.SLACK_BYTES;
    timer.tick();
    assertThat(ended).containsExactly("young");
    memory.nativeBytes++;
    timer.tick();

    // then
    assertThat(ended).containsExactly("young", "old");
  }

  @Test
  void shouldCountFromTheLastMomentWithoutQueries() {
    // given
    begin("first").close();
    memory.nativeBytes += 2 * ALLOWED;

    // when
    Registration second = begin("second");
    timer.tick();

    // then
    assertThat(ended).isEmpty();
    second.close();
    assertThat(timer.tasks).isEmpty();
  }

  @Test
  void shouldNotTakeTheHeapForMemoryOfQueries() {
    // given
    memory.freeHeapBytes = 300 * MIB;
    begin("only");

    // when
    memory.nativeBytes += ALLOWED + 300 * MIB;
    timer.tick();

    // then
    assertThat(ended).isEmpty();
  }

  private Registration begin(String name) {
    return guard.begin(
        refusal -> {
          ended.add(name);
          refusals.add(refusal);
        });
  }

  private static final class FakeMemory implements ProcessMemory {
    private long nativeBytes = 123 * MIB;
    private long freeHeapBytes;

    @Override
    public long nativeBytes() {
      return nativeBytes;
    }

    @Override
    public long freeHeapBytes() {
      return freeHeapBytes;
    }
  }

  /** A timer whose time passes when a test says so. */
  private static final class FakeTimer implements Timer {
    private final List<Runnable> tasks = new ArrayList<>();

    void tick() {
      List.copyOf(tasks).forEach(Runnable::run);
    }

    @Override
    public Registration after(long delayMs, Runnable task) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Registration every(long periodMs, Runnable task) {
      tasks.add(task);
      return () -> tasks.remove(task);
    }

    @Override
    public void close() {
      tasks.clear();
    }
  }
}
