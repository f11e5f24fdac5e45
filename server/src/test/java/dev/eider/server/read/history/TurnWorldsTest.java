package dev.eider.server.read.history;

import static dev.eider.server.run.Samples.RUN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.eider.server.base.BrokerException;
import dev.eider.server.event.EncodedEvent;
import dev.eider.server.read.ReaderRig;
import dev.eider.server.read.history.TurnWorlds.World;
import dev.eider.server.sequencer.Command;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.ForwardingColdReader;
import dev.eider.server.store.StoreException;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.Event;
import dev.eider.v1.TurnStartPayload;
import dev.eider.v1.WorldStateSnapshot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
final class TurnWorldsTest {
  private static final long PLENTY = 64 << 20;
  private static final int WORLD_BYTES = 200_000;

  /** More than DuckDB is asked for at once. */
  private static final int BARE_TRIES = RunHistory.PAGE_EVENTS_MAX + 5;

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(longs = {PLENTY, 300_000, 0})
  void shouldFindTheNewestWithASnapshotReadingOneAtATime(long tailBytesMax) throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, tailBytesMax)) {
      // given a turn that was begun many times, the last two times without a world
      for (int i = 0; i < 30; i++) {
        publish(rig, turnStart("ada", 4, WORLD_BYTES), turnStart("bob", 4, 1));
      }
      publish(rig, turnStart("ada", 4, 0), turnStart("ada", 5, 7), turnStart("ada", 4, 0));
      rig.broker.awaitPersisted();
      CountingReader reader = new CountingReader(rig.broker.store.reader());
      RunHistory history = new RunHistory(rig.broker.hub, reader);
      TurnWorlds worlds = new TurnWorlds(history);

      // when, then
      World ada = worlds.find(history.get(RUN), 4, null);
      assertThat(ada.seq()).isEqualTo(59);
      assertThat(ada.snapshot().getOpaque().size()).isEqualTo(WORLD_BYTES);
      assertThat(worlds.find(history.get(RUN), 4, "bob").seq()).isEqualTo(60);
      assertThat(worlds.find(history.get(RUN), 5, null).seq()).isEqualTo(62);
      assertThat(worlds.at(history.get(RUN), 3).seq()).isEqualTo(3);
      assertThat(reader.eventsOfOnePageMax).isLessThanOrEqualTo(1);
      assertThat(reader.events).isLessThan(15);
      refused(worlds, history, 6, "ada", ErrorReason.ERROR_REASON_TURN_NOT_FOUND);
      refused(worlds, history, 4, "eve", ErrorReason.ERROR_REASON_TURN_NOT_FOUND);
    }
  }

  @Test
  void shouldLookBehindAsManyTriesWithoutAWorldAsThereAre() throws Exception {
    try (ReaderRig rig = new ReaderRig(directory, 0)) {
      Event[] bare = new Event[BARE_TRIES];
      Arrays.fill(bare, turnStart("ada", 4, 0));
      publish(rig, turnStart("ada", 4, 1));
      publish(rig, bare);
      publish(rig, turnStart("ada", 9, 0));
      rig.broker.awaitPersisted();
      TurnWorlds worlds = new TurnWorlds(rig.history);

      assertThat(worlds.find(rig.history.get(RUN), 4, "ada").seq()).isEqualTo(1);
      refused(worlds, rig.history, 9, null, ErrorReason.ERROR_REASON_SNAPSHOT_MISSING);
    }
  }

  private static void refused(
      TurnWorlds worlds, RunHistory history, int t, String agentId, ErrorReason reason) {
    BrokerException refusal =
        catchThrowableOfType(
            BrokerException.class, () -> worlds.find(history.get(RUN), t, agentId));
    assertThat(refusal.reason()).isEqualTo(reason);
  }

  private static void publish(ReaderRig rig, Event... events) throws Exception {
    List<EncodedEvent> encoded = new ArrayList<>();
    for (Event event : events) {
      encoded.add(EncodedEvent.of(event));
    }
    rig.broker.apply(new Command.Publish(RUN, encoded, true, null, null, false));
  }

  private static Event turnStart(String agentId, int t, int worldBytes) {
    TurnStartPayload.Builder turn = TurnStartPayload.newBuilder().setTurnNum(t);
    if (worldBytes > 0) {
      ByteString world = ByteString.copyFrom(new byte[worldBytes]);
      turn.setSnapshot(WorldStateSnapshot.newBuilder().setOpaque(world));
    }
    return Event.newBuilder().setAgentId(agentId).setT(t).setTurnStart(turn).build();
  }

  /** Counts the events that are read. */
  private static final class CountingReader extends ForwardingColdReader {
    private int events;
    private int eventsOfOnePageMax;

    CountingReader(ColdReader store) {
      super(store);
    }

    @Override
    public ColdPage readPage(PageQuery query) throws StoreException {
      ColdPage page = super.readPage(query);
      events += page.events().size();
      eventsOfOnePageMax = Math.max(eventsOfOnePageMax, page.events().size());
      return page;
    }
  }
}
