package dev.eider.bench.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.eider.bench.BenchEvent;
import dev.eider.bench.Peer.Sink;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * Neighbouring events of a run as rows of the table, in the binary format of COPY: a count of
 * columns, then each with its length. Immutable, though the bytes are an array.
 *
 * @param copy the rows, without the header and the trailer of a COPY
 */
record PostgresRows(int run, long firstSeq, List<BenchEvent> events, byte[] copy) {
  static final String COLUMNS = "run, seq, ts, t, schema_version, kind, agent_id, payload";
  static final byte[] HEADER = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
  };
  static final byte[] TRAILER = {(byte) 0xff, (byte) 0xff};

  private static final int FIXED_BYTES = 2 + 8 * 4 + 4 + 8 + 8 + 4 + 4;
  private static final int EVENTS_A_STRETCH = 1_000;

  /** Where a row of {@code SELECT seq, …} has its seq: behind the count of columns and a length. */
  private static final int SEQ_AT = 2 + 4;

  static PostgresRows of(int run, long firstSeq, List<BenchEvent> events) {
    int bytes = 0;
    for (BenchEvent event : events) {
      // Kinds and agents are ASCII.
      bytes += FIXED_BYTES + event.kind().length() + event.agentId().length() + event.json().length;
    }
    ByteBuffer rows = ByteBuffer.allocate(bytes);
    long seq = firstSeq;
    for (BenchEvent event : events) {
      rows.putShort((short) 8).putInt(4).putInt(run).putInt(8).putLong(seq++);
      rows.putInt(8).putLong(event.ts()).putInt(4).putInt(event.t());
      rows.putInt(4).putInt(event.schemaVersion());
      put(rows, event.kind().getBytes(UTF_8));
      put(rows, event.agentId().getBytes(UTF_8));
      put(rows, event.json());
    }
    return new PostgresRows(run, firstSeq, events, rows.array());
  }

  private static void put(ByteBuffer rows, byte[] text) {
    rows.putInt(text.length).put(text);
  }

  /** Reads all that is stored of a run with COPY, in order, and returns how many events. */
  static long replay(Connection connection, int run, Sink sink) throws SQLException {
    CopyOut copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyOut(
                "COPY (SELECT seq, ts, t, schema_version, kind, agent_id, payload FROM events"
                    + " WHERE run = "
                    + run
                    + " ORDER BY seq) TO STDOUT (FORMAT binary)");
    Stretch stretch = new Stretch(run, sink);
    int start = HEADER.length;
    for (byte[] row = copy.readFromCopy(); row != null; row = copy.readFromCopy()) {
      // Nothing but the trailer is this short.
      if (row.length >= start + SEQ_AT + 8) {
        stretch.add(ByteBuffer.wrap(row).getLong(start + SEQ_AT));
        if (stretch.lastSeq() % EVENTS_A_STRETCH == 0) {
          stretch.pass();
        }
      }
      start = 0;
    }
    stretch.pass();
    return stretch.lastSeq();
  }
}
