package dev.eider.bench.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;

/** A broker, which is its own controller, in a child JVM with this JVM's class path. */
final class KafkaBroker implements AutoCloseable {
  private static final String HEAP = "-Xmx1g";

  private final Path directory;
  private final int port;
  private final int controllerPort;
  private ServerProcess process;

  /** Makes its storage; it does not run yet. Its ports stay, since its storage knows them. */
  KafkaBroker(Path directory) throws Exception {
    this.directory = directory;
    this.port = ServerProcess.freePort();
    this.controllerPort = ServerProcess.freePort();
    Files.createDirectories(data());
    writeSettings();
    List<String> command = java("kafka.tools.StorageTool", "-Xmx256m", "-XX:TieredStopAtLevel=1");
    command.addAll(List.of("format", "-t", Uuid.randomUuid().toString()));
    command.addAll(List.of("-c", settings().toString()));
    ServerProcess.run(command, log());
  }

  private void writeSettings() throws IOException {
    String broker = "127.0.0.1:" + port;
    String controller = "127.0.0.1:" + controllerPort;
    Files.writeString(
        settings(),
        String.join(
            "\n",
            "process.roles=broker,controller",
            "node.id=1",
            "controller.quorum.voters=1@" + controller,
            "listeners=PLAINTEXT://" + broker + ",CONTROLLER://" + controller,
            "advertised.listeners=PLAINTEXT://" + broker,
            "controller.listener.names=CONTROLLER",
            "inter.broker.listener.name=PLAINTEXT",
            "log.dirs=" + data(),
            "auto.create.topics.enable=false",
            "offsets.topic.replication.factor=1",
            "transaction.state.log.replication.factor=1",
            "transaction.state.log.min.isr=1",
            "num.network.threads=2",
            "num.io.threads=4",
            "socket.receive.buffer.bytes=1048576",
            "socket.send.buffer.bytes=1048576",
            "log.retention.ms=-1",
            ""));
  }

  /** Starts it and waits until it serves. */
  void start() throws Exception {
    List<String> command = java("kafka.Kafka", HEAP, "-Xms512m", "-XX:+UseG1GC");
    command.add(settings().toString());
    process = ServerProcess.start(command, log(), ServerProcess.Signals.USUAL, this::answers);
  }

  private boolean answers() throws Exception {
    if (!ServerProcess.listens(port)) {
      return false;
    }
    try (Admin admin = admin()) {
      return !admin.describeCluster().nodes().get(5, TimeUnit.SECONDS).isEmpty();
    } catch (ExecutionException notYet) {
      return false;
    }
  }

  Admin admin() {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", address());
    properties.put("request.timeout.ms", "5000");
    properties.put("default.api.timeout.ms", "20000");
    return Admin.create(properties);
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  private List<String> java(String mainClass, String... options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
    return command;
  }

  Path data() {
    return directory.resolve("data");
  }

  private Path settings() {
    return directory.resolve("server.properties");
  }

  private Path log() {
    return directory.resolve("kafka.log");
  }

  void stop() throws InterruptedException {
    process.stop();
  }

  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
  }
}
