package dev.eider.server.read;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.v1.SubscribeResponse;
import dev.eider.v1.SubscribeResponse.CaughtUp;
import dev.eider.v1.SubscribeResponse.FellBehind;
import dev.eider.v1.SubscribeResponse.Heartbeat;
import dev.eider.v1.SubscribeResponse.Progress;
import dev.eider.v1.SubscribeResponse.RunClosed;
import org.jspecify.annotations.Nullable;

/** Makes the notices of a subscription. */
final class Notices {
  private Notices() {}

  static SubscribeResponse caughtUp(long headSeq) {
    return SubscribeResponse.newBuilder()
        .setCaughtUp(CaughtUp.newBuilder().setHeadSeq(headSeq))
        .build();
  }

  static SubscribeResponse fellBehind(long seq) {
    return SubscribeResponse.newBuilder()
        .setFellBehind(FellBehind.newBuilder().setSeq(seq))
        .build();
  }

  /** Names the run that the seq is of, where that may be another than the one asked for. */
  static SubscribeResponse progress(long scannedSeq, @Nullable RunId runId) {
    Progress.Builder progress = Progress.newBuilder().setScannedSeq(scannedSeq);
    if (runId != null) {
      progress.setRunId(runId.value());
    }
    return SubscribeResponse.newBuilder().setProgress(progress).build();
  }

  static SubscribeResponse heartbeat(long headSeq, Timestamp now) {
    return SubscribeResponse.newBuilder()
        .setHeartbeat(Heartbeat.newBuilder().setHeadSeq(headSeq).setServerTime(now))
        .build();
  }

  static SubscribeResponse runClosed(FoldedRun run) {
    return SubscribeResponse.newBuilder()
        .setRunClosed(
            RunClosed.newBuilder()
                .setFinalSeq(run.headSeq())
                .setOutcome(run.outcome())
                .setDigest(ByteString.copyFrom(run.digest())))
        .build();
  }
}
