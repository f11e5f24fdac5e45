package dev.eider.server.read.diff;

import com.google.protobuf.CodedOutputStream;
import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
import dev.eider.v1.DiffRunsResponse.DiffPlace;
import dev.eider.v1.Difference;
import dev.eider.v1.Event;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * What is compared of an event, and where it stands. The payload is there as a hash that does not
 * depend on the order in which maps were encoded. Immutable: nobody writes to {@code hash}.
 *
 * @param hash SHA-256 of the event without ts, schema_version and attributes
 */
@SuppressWarnings("ArrayRecordComponent") // never written to; not compared by equals
record ComparedEvent(RunId runId, long seq, int t, String agentId, String kind, byte[] hash) {

  static ComparedEvent of(RunId runId, SequencedEvent event) {
    return new ComparedEvent(
        runId, event.seq(), event.t(), event.agentId(), event.kind(), hash(event));
  }

  /** Says in what the other one differs first; UNSPECIFIED when it does not. */
  Difference differenceTo(ComparedEvent other) {
    if (t != other.t) {
      return Difference.DIFFERENCE_T;
    }
    if (!agentId.equals(other.agentId)) {
      return Difference.DIFFERENCE_AGENT;
    }
    if (!kind.equals(other.kind)) {
      return Difference.DIFFERENCE_KIND;
    }
    return Arrays.equals(hash, other.hash)
        ? Difference.DIFFERENCE_UNSPECIFIED
        : Difference.DIFFERENCE_PAYLOAD;
  }

  DiffPlace place() {
    return DiffPlace.newBuilder()
        .setRunId(runId.value())
        .setSeq(seq)
        .setT(t)
        .setAgentId(agentId)
        .setKind(kind)
        .build();
  }

  private static byte[] hash(SequencedEvent event) {
    Event compared =
        event.parse().getEvent().toBuilder()
            .clearTs()
            .clearSchemaVersion()
            .clearAttributes()
            .build();
    MessageDigest sha256 = sha256();
    try {
      CodedOutputStream out =
          CodedOutputStream.newInstance(
              new DigestOutputStream(OutputStream.nullOutputStream(), sha256));
      out.useDeterministicSerialization();
      compared.writeTo(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("nothing is written anywhere", e);
    }
    return sha256.digest();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
