package dev.eider.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.server.config.ServerConfig;
import dev.eider.server.config.StartupException;
import dev.eider.server.run.Samples;
import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.GetRunRequest;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.QueryRequest;
import dev.eider.v1.QueryResponse;
import dev.eider.v1.QueryServiceGrpc;
import dev.eider.v1.Run;
import dev.eider.v1.RunServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class EiderServerTest {
  @TempDir private Path directory;

  @Test
  void shouldKeepItsRunsThroughARestart() throws Exception {
    // given
    Run before;
    try (EiderServer server = EiderServer.start(config())) {
      publish(server, 5);
      before = get(server);
    }

    // when
    try (EiderServer server = EiderServer.start(config())) {
      // then
      assertThat(get(server)).isEqualTo(before.toBuilder().setPersistedSeq(5).build());
      publish(server, 2);
      assertThat(get(server).getHeadSeq()).isEqualTo(7);
      assertThat(countOfFirst(5, server)).isEqualTo(5);
    }
  }

  @Test
  void shouldStopMoreThanOnce() {
    EiderServer server = EiderServer.start(config());
    server.close();
    server.close();
    server.awaitStopped();
    EiderServer.start(config()).close();
  }

  @Test
  void shouldSayThatTheDataDirectoryOrPortIsTaken() {
    try (EiderServer server = EiderServer.start(config())) {
      int port = server.address().getPort();
      Path other = directory.resolve("other");
      assertThatThrownBy(() -> EiderServer.start(config()))
          .isInstanceOf(StartupException.class)
          .hasMessageContaining("in use by another Eider");
      assertThatThrownBy(
              () -> EiderServer.start(ServerConfig.defaults(other).at("127.0.0.1", port)))
          .isInstanceOf(StartupException.class)
          .hasMessageContaining("port " + port);
      EiderServer.start(ServerConfig.defaults(other).at("127.0.0.1", 0)).close();
    }
  }

  @Test
  void shouldRefuseALibraryThatIsNone() {
    Path missing = directory.resolve("missing");
    Path own = directory.resolve("data/../data/runs");
    assertThatThrownBy(() -> EiderServer.start(config().withLibraries(List.of(missing))))
        .isInstanceOf(StartupException.class)
        .hasMessage("the library " + missing + " is no directory");
    assertThat(own.toFile().mkdirs()).isTrue();
    assertThatThrownBy(() -> EiderServer.start(config().withLibraries(List.of(own))))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining("is in the daemon's own data directory");
  }

  @Test
  void shouldSayWhereTheLogIsDamagedAndLeaveItAsItIs() throws Exception {
    // given
    try (EiderServer server = EiderServer.start(config())) {
      publish(server, 50);
    }
    Files.delete(directory.resolve("data/events.duckdb"));
    Path segment = firstSegment();
    overwrite(segment, 100);
    byte[] damaged = Files.readAllBytes(segment);

    // then
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> EiderServer.start(config()))
          .isInstanceOf(StartupException.class)
          .hasMessageContaining("log file " + segment.getFileName() + " is damaged at byte 32");
    }
    assertThat(Files.readAllBytes(segment)).isEqualTo(damaged);
  }

  private Path firstSegment() throws Exception {
    try (Stream<Path> files = Files.list(directory.resolve("data/log"))) {
      return files.sorted().findFirst().orElseThrow();
    }
  }

  private static void overwrite(Path file, long offset) throws Exception {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap("damage".getBytes(US_ASCII)), offset);
    }
  }

  private ServerConfig config() {
    return ServerConfig.defaults(directory.resolve("data")).at("127.0.0.1", 0);
  }

  private static void publish(EiderServer server, int events) throws Exception {
    PublishRequest.Builder request =
        PublishRequest.newBuilder().setRunId(Samples.RUN.value()).setOpenIfMissing(true);
    for (int i = 0; i < events; i++) {
      request.addEvents(Samples.metric("ada", i));
    }
    ManagedChannel channel = connect(server);
    try {
      BrokerServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(20, TimeUnit.SECONDS)
          .publish(request.build());
    } finally {
      channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
  }

  private static Run get(EiderServer server) throws Exception {
    ManagedChannel channel = connect(server);
    try {
      return RunServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(20, TimeUnit.SECONDS)
          .getRun(GetRunRequest.newBuilder().setRunId(Samples.RUN.value()).build())
          .getRun();
    } finally {
      channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
  }

  /** Asks DuckDB how many events there are up to a seq. */
  private static double countOfFirst(long seq, EiderServer server) throws Exception {
    ManagedChannel channel = connect(server);
    try {
      QueryRequest request =
          QueryRequest.newBuilder()
              .setSql("SELECT count(*) FROM events WHERE seq <= " + seq)
              .build();
      Iterator<QueryResponse> answer =
          QueryServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(20, TimeUnit.SECONDS)
              .query(request);
      assertThat(answer.next().hasSchema()).isTrue();
      return answer.next().getRows().getRows(0).getValues(0).getNumberValue();
    } finally {
      channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
  }

  private static ManagedChannel connect(EiderServer server) {
    return NettyChannelBuilder.forAddress(server.address()).usePlaintext().build();
  }
}
