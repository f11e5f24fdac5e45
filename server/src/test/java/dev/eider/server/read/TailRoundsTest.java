package dev.eider.server.read;

import static dev.eider.server.run.Samples.RUN;
import static dev.eider.server.run.Samples.fold;
import static dev.eider.server.run.Samples.opening;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.base.Registration;
import dev.eider.server.base.SystemThreads;
import dev.eider.server.base.Timer;
import dev.eider.server.hub.Hub;
import dev.eider.server.hub.HubBounds;
import dev.eider.server.hub.PersistProgress;
import dev.eider.server.hub.RunTail;
import dev.eider.server.read.ReaderRegistry.ReaderBounds;
import dev.eider.v1.SubscribeResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class TailRoundsTest {
  private final Hub hub = new Hub(new HubBounds(0, 1, 1), new PersistProgress(0));
  private final RunTail tail = hub.advance(fold(opening(RUN)), 0, List.of());
  private final ReaderPools pools = new ReaderPools(SystemThreads.INSTANCE, 1, 1);
  private final ReaderRegistry registry =
      new ReaderRegistry(new ReaderBounds(1, 1 << 20, 100, 2, 2));
  private final Deque<Runnable> live = new ArrayDeque<>();
  private final HeldTimer timer = new HeldTimer();
  private final TailRounds rounds = new TailRounds(live::add, timer);

  @Test
  void shouldTellAllReadersInOneTaskHoweverOftenTheTailChanges() {
    // given
    List<Counting> readers = join(10);

    // when
    change();
    change();

    // then
    assertThat(live).hasSize(1);
    live.remove().run();
    assertThat(readers).allMatch(reader -> reader.steps == 1);
    assertThat(live).isEmpty();
  }

  @Test
  void shouldLeaveWhatChangesDuringARoundToTheNext() {
    // given
    List<Counting> readers = join(1);
    readers.get(0).during = () -> change();

    // when
    change();
    live.remove().run();

    // then
    assertThat(live).hasSize(1);
    readers.get(0).during = () -> {};
    live.remove().run();
    assertThat(readers.get(0).steps).isEqualTo(2);
    assertThat(live).isEmpty();
  }

  @Test
  void shouldPauseAfterARoundOfManyReaders() {
    // given
    List<Counting> readers = join(100);
    change();
    live.remove().run();
    assertThat(timer.delaysMs).containsExactly(2L);

    // when
    change();
    change();

    // then
    assertThat(live).isEmpty();
    timer.tasks.remove().run();
    live.remove().run();
    assertThat(readers).allMatch(reader -> reader.steps == 2);

    // when nothing changes any more
    timer.tasks.remove().run();

    // then
    assertThat(live).isEmpty();
  }

  @Test
  void shouldForgetATailWithItsLastReader() {
    // given
    Registration first = rounds.join(tail, new Counting()::wakeHere);
    Registration second = rounds.join(tail, new Counting()::wakeHere);

    // when
    first.close();
    first.close();

    // then
    assertThat(rounds.tailCount()).isEqualTo(1);

    // when
    second.close();
    change();

    // then
    assertThat(rounds.tailCount()).isZero();
    assertThat(live).isEmpty();
  }

  @AfterEach
  void close() {
    pools.close();
  }

  private void change() {
    hub.announce(tail, false, false);
  }

  private List<Counting> join(int count) {
    List<Counting> readers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Counting reader = new Counting();
      readers.add(reader);
      Registration unused = rounds.join(tail, reader::wakeHere);
    }
    return readers;
  }

  /** Counts its steps. */
  private final class Counting extends StreamReader {
    private int steps;
    private Runnable during = () -> {};

    Counting() {
      super(pools, registry, new TestSink<SubscribeResponse>());
    }

    @Override
    public Next step(boolean mayBlock) {
      steps++;
      during.run();
      return Next.PARK;
    }

    @Override
    public void release() {}
  }

  /** Holds what is to be done later. */
  private static final class HeldTimer implements Timer {
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final List<Long> delaysMs = new ArrayList<>();

    @Override
    public Registration after(long delayMs, Runnable task) {
      delaysMs.add(delayMs);
      tasks.add(task);
      return () -> tasks.remove(task);
    }

    @Override
    public Registration every(long periodMs, Runnable task) {
      throw new UnsupportedOperationException("nothing is done again and again");
    }

    @Override
    public void close() {}
  }
}
