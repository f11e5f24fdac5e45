package dev.eider.it;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.Counters;
import dev.eider.v1.GetServerInfoRequest;
import dev.eider.v1.GetServerInfoResponse;
import dev.eider.v1.RunServiceGrpc;
import dev.eider.v1.ServerInfoServiceGrpc;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/**
 * The packaged daemon in a process of its own, with one connection to it.
 *
 * <p>Its files are in one directory: {@code data}, {@code tmp}, {@code port}, {@code daemon.log}.
 * The temporary directory is its own and emptied at every start, since each start unpacks DuckDB's
 * native library there and a killed process leaves it. Every wait has a deadline. Owned by the test
 * thread; {@link #broker}, {@link #runs} and {@link #channel} may be called from any.
 */
public final class Daemon implements AutoCloseable {
  /**
   * Options for a daemon that serves some calls and ends: it compiles quickly. Its collector is the
   * launcher's, since others have less of the same heap. What is said about memory or throughput is
   * said of a daemon without the second one.
   */
  public static final List<String> SHORT_LIVED = List.of("-Xmx1g", "-XX:TieredStopAtLevel=1");

  /** As the launcher has it: an archive of another JVM or another place is passed over. */
  private static final List<String> ARCHIVE =
      List.of(
          "-Xshare:auto",
          "-XX:SharedArchiveFile=" + RepositoryRoot.daemonJar().resolveSibling("eider.jsa"),
          "-Xlog:disable",
          "-Xlog:all=warning:stderr",
          "-Xlog:cds*=off:stderr");

  private static final long CALL_SECONDS = 30;
  private static final long START_SECONDS = 60;
  private static final int INBOUND_BYTES_MAX = 64 << 20;
  private static final int LOG_LINES_SHOWN = 40;
  private static final Pattern PORT = Pattern.compile("(?s).*?(\\d+)\\s*");

  /** Those of this process that may still run; none outlives it. */
  private static final Set<Process> STARTED = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> STARTED.forEach(Process::destroyForcibly)));
  }

  private final Path directory;
  private final List<String> jvmArgs;
  private final Map<String, String> settings;
  private List<String> arguments = List.of();
  private Process process;
  private volatile ManagedChannel channel;
  private int port;

  private Daemon(Path directory, List<String> jvmArgs, Map<String, String> settings) {
    this.directory = directory;
    this.jvmArgs = jvmArgs;
    this.settings = settings;
  }

  /**
   * Starts a daemon and waits until it serves.
   *
   * @param directory made when missing; what is in it is kept
   * @param settings what {@code --set} takes
   */
  public static Daemon start(Path directory, List<String> jvmArgs, Map<String, String> settings) {
    return start(directory, jvmArgs, settings, List.of());
  }

  /**
   * The same with more arguments.
   *
   * @param arguments of the command {@code serve}
   */
  public static Daemon start(
      Path directory, List<String> jvmArgs, Map<String, String> settings, List<String> arguments) {
    Daemon daemon = new Daemon(directory, jvmArgs, settings);
    daemon.arguments = List.copyOf(arguments);
    daemon.startProcess();
    return daemon;
  }

  private void startProcess() {
    launch();
    port = awaitPort();
    channel =
        Grpc.newChannelBuilder("127.0.0.1:" + port, InsecureChannelCredentials.create())
            .maxInboundMessageSize(INBOUND_BYTES_MAX)
            .build();
  }

  private void launch() {
    try {
      Directories.empty(directory.resolve("tmp"));
      Files.deleteIfExists(portFile());
      process =
          new ProcessBuilder(command())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile().toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException("the daemon cannot be started", e);
    }
    STARTED.removeIf(earlier -> !earlier.isAlive());
    STARTED.add(process);
  }

  private List<String> command() {
    List<String> command = serve(directory.resolve("tmp"), jvmArgs);
    command.addAll(List.of("--data-dir", dataDirectory().toString()));
    command.addAll(List.of("--port", String.valueOf(port)));
    command.addAll(List.of("--port-file", portFile().toString()));
    settings.forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
    command.addAll(arguments);
    return command;
  }

  /** Returns the begin of a command that serves, to which its arguments may be added. */
  public static List<String> serve(Path temporaryDirectory, List<String> jvmArgs) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Djava.io.tmpdir=" + temporaryDirectory);
    command.addAll(ARCHIVE);
    command.addAll(jvmArgs);
    command.addAll(List.of("-jar", RepositoryRoot.daemonJar().toString(), "serve"));
    return command;
  }

  private int awaitPort() {
    Awaitility.await("a port")
        .atMost(START_SECONDS, SECONDS)
        .pollInterval(10, MILLISECONDS)
        .until(() -> portInFile().isPresent() || !process.isAlive());
    return portInFile()
        .orElseThrow(
            () -> new AssertionError("the daemon ended with " + process.exitValue() + logEnd()));
  }

  private Optional<Integer> portInFile() {
    try {
      Matcher matcher = PORT.matcher(Files.readString(portFile()));
      return matcher.matches() ? Optional.of(Integer.parseInt(matcher.group(1))) : Optional.empty();
    } catch (IOException notYetThere) {
      return Optional.empty();
    }
  }

  /** Kills it as {@code kill -9} does, and waits until it is gone. */
  public void kill9() {
    process.destroyForcibly();
    awaitExit(10);
    closeChannel();
  }

  /** Stops it in its tracks as SIGSTOP does: connections stay, nothing is answered. */
  public void pause() {
    signal("STOP");
  }

  /** Ends a {@link #pause}. */
  public void goOn() {
    signal("CONT");
  }

  private void signal(String name) {
    Commands.run("kill", "-" + name, String.valueOf(process.pid()));
  }

  /** Asks it to stop with SIGTERM and returns the exit code. */
  public int terminate(long secondsMax) {
    process.destroy();
    int code = awaitExit(secondsMax);
    closeChannel();
    return code;
  }

  /** Starts it again on the same port and data, with other arguments. */
  public void restartWith(List<String> newArguments) {
    arguments = List.copyOf(newArguments);
    restart();
  }

  /** Starts it again on the same port and data. */
  public void restart() {
    if (process.isAlive()) {
      throw new IllegalStateException("the daemon still runs");
    }
    startProcess();
  }

  /** Starts it again on the same data, and kills it after so long, be it serving by then or not. */
  public void dieStarting(long afterMs) {
    if (process.isAlive()) {
      throw new IllegalStateException("the daemon still runs");
    }
    launch();
    process.onExit().completeOnTimeout(process, afterMs, MILLISECONDS).join();
    process.destroyForcibly();
    awaitExit(10);
  }

  /** Starts it again on the same data, and kills it once the moment has come. */
  public void dieStarting(BooleanSupplier moment) {
    launch();
    try {
      await()
          .atMost(START_SECONDS, SECONDS)
          .pollInterval(2, MILLISECONDS)
          .until(moment::getAsBoolean);
    } finally {
      process.destroyForcibly();
      awaitExit(10);
    }
  }

  private int awaitExit(long secondsMax) {
    return Commands.awaitExit(process, secondsMax, this::logEnd);
  }

  /** Lets the calls end with what the daemon told them last, if it told them anything. */
  private void closeChannel() {
    channel.shutdown();
    try {
      channel.awaitTermination(5, SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    channel.shutdownNow();
  }

  /** Ends it in whatever state it is. */
  @Override
  public void close() {
    channel.shutdownNow();
    process.destroyForcibly();
    awaitExit(10);
  }

  public ManagedChannel channel() {
    return channel;
  }

  /** Where it listens, as {@code host:port}. */
  public String target() {
    return "127.0.0.1:" + port;
  }

  public BrokerServiceGrpc.BrokerServiceBlockingStub broker() {
    return BrokerServiceGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_SECONDS, SECONDS);
  }

  public RunServiceGrpc.RunServiceBlockingStub runs() {
    return RunServiceGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_SECONDS, SECONDS);
  }

  public GetServerInfoResponse info() {
    return ServerInfoServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(CALL_SECONDS, SECONDS)
        .getServerInfo(GetServerInfoRequest.getDefaultInstance());
  }

  public Counters counters() {
    return info().getCounters();
  }

  /** The physical memory of its process as Linux counts it, DuckDB's included; 0 elsewhere. */
  public long residentBytes() {
    return statusBytes("VmRSS:");
  }

  /** The most that {@link #residentBytes} has been. */
  public long peakResidentBytes() {
    return statusBytes("VmHWM:");
  }

  private long statusBytes(String key) {
    try {
      return Files.readAllLines(Path.of("/proc", String.valueOf(process.pid()), "status")).stream()
          .filter(line -> line.startsWith(key))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .sum();
    } catch (IOException noSuchFile) {
      return 0;
    }
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** The id of its process. */
  public long pid() {
    return process.pid();
  }

  /** The heap that is in use right after a full collection, which this asks for. */
  public long heapAfterCollection() {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    Commands.run(jcmd, String.valueOf(process.pid()), "GC.run");
    return counters().getHeapBytes();
  }

  public Path dataDirectory() {
    return directory.resolve("data");
  }

  private Path portFile() {
    return directory.resolve("port");
  }

  /** What it and its virtual machine print, from the first start on. */
  public Path logFile() {
    return directory.resolve("daemon.log");
  }

  /** The end of its log, for the message of a failure. */
  public String logEnd() {
    try {
      List<String> lines = Files.readAllLines(logFile());
      List<String> end = lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size());
      return "\n--- end of " + logFile() + "\n" + String.join("\n", end) + "\n---";
    } catch (IOException e) {
      return "\n(no log: " + e + ")";
    }
  }
}
