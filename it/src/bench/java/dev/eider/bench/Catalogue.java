package dev.eider.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/** Which ceiling and which aim each figure has. Immutable. */
final class Catalogue {
  private static final double BETTER = 1.0;
  private static final Map<String, Aim> AIMS = new LinkedHashMap<>();

  static {
    AIMS.put("start to serving", Aim.absolute(0.4));
    AIMS.put("RSS when idle", Aim.absolute(130));
    AIMS.put("publish, 1 run", Aim.ceiling(Ceiling.ECHO, 0.5).peer(2));
    AIMS.put("publish, 100 runs", Aim.ceiling(Ceiling.ECHO, 0.5).peer(2));
    AIMS.put("publish, sustained", Aim.ceiling(Ceiling.APPENDER, 0.7));
    AIMS.put("publish, sustained, longest stall", Aim.absolute(50));
    AIMS.put("one in flight p50", Aim.ceiling(Ceiling.ECHO_AND_FORCE, 1.3).peer(BETTER));
    AIMS.put("one in flight p99", Aim.ceiling(Ceiling.ECHO_AND_FORCE, 1.5).peer(BETTER));
    AIMS.put("one in flight, on a stream p50", Aim.told(Ceiling.ECHO_AND_FORCE));
    AIMS.put("one in flight, on a stream p99", Aim.told(Ceiling.ECHO_AND_FORCE));
    for (String what : new String[] {"ack", "1 subscriber", "50 subscribers"}) {
      for (String percentile : new String[] {"p50", "p99"}) {
        AIMS.put(
            "5,000 ev/s, " + what + " " + percentile,
            Aim.told(Ceiling.ECHO_AND_FORCE).peer(BETTER));
      }
    }
    AIMS.put("5,000 ev/s beside queries, ack p50", Aim.told(Ceiling.NO_QUERIES));
    AIMS.put("5,000 ev/s beside queries, ack p99", Aim.told(Ceiling.NO_QUERIES));
    AIMS.put("fan-out, 50 subscribers", Aim.ceiling(Ceiling.ECHO, 0.7).peer(2));
    AIMS.put("disk", Aim.told(Ceiling.BYTES).peer(BETTER));
    AIMS.put("RSS after the stored run", Aim.absolute(400));
    AIMS.put("replay", Aim.told(Ceiling.TABLE).peer(1.5));
    AIMS.put("replay by following", Aim.told(Ceiling.TABLE).peer(1.5));
    AIMS.put("one run of many", Aim.told(Ceiling.TABLE).peer(2));
    AIMS.put("group-by", Aim.told(Ceiling.TABLE).peer(0.2));
    AIMS.put("ranking", Aim.told(Ceiling.TABLE).peer(0.2));
    AIMS.put("fork of a long run p50", Aim.ceiling(Ceiling.SHORT_RUN, 1.5));
    AIMS.put("fork of a long run p99", Aim.told(Ceiling.SHORT_RUN));
    AIMS.put("list of 20,000 open runs, ListRuns of 10 p50", Aim.ceiling(Ceiling.FEW_RUNS, 1.5));
    AIMS.put(
        "list of 20,000 open runs, WatchRuns' first 500 p50", Aim.ceiling(Ceiling.FEW_RUNS, 1.5));
    AIMS.put("many open runs, RSS", Aim.absolute(1024));
    AIMS.put("many open runs, start after kill -9", Aim.absolute(5));
  }

  private Catalogue() {}

  static Aim aim(String figure) {
    return AIMS.getOrDefault(figure, Aim.NONE);
  }
}
