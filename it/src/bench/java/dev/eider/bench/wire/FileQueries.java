package dev.eider.bench.wire;

import dev.eider.bench.Peer;
import dev.eider.it.Daemon;
import dev.eider.it.DuckDbFile;

/** SQL over the file that the stopped daemon leaves; closing it starts the daemon again. */
final class FileQueries implements Peer.Queries {
  private static final String GROUP_BY =
      "SELECT kind, agent_id, count(*), avg(strlen(payload_json)) FROM events GROUP BY ALL";
  private static final String RANKING =
      "SELECT name, rank, run_id, agent_id, value FROM leaderboard ORDER BY name, rank";

  private final Daemon daemon;
  private final DuckDbFile file;

  FileQueries(Daemon daemon) {
    this.daemon = daemon;
    this.file = DuckDbFile.of(daemon);
  }

  @Override
  public long groupBy() {
    return file.rows(GROUP_BY, row -> row.getLong(3)).size();
  }

  @Override
  public long ranking() {
    return file.rows(RANKING, row -> row.getDouble(5)).size();
  }

  @Override
  public void close() {
    file.close();
    daemon.restart();
  }
}
