package dev.eider.cli;

import dev.eider.server.EiderServer;
import dev.eider.server.config.ServerConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Starts a daemon on an empty directory and tells the story. Owned by the main thread. */
@Command(
    name = "demo",
    description =
        "Records a small game live, forks it, compares both in SQL, and stays up for grpcurl.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class DemoCommand implements Callable<Integer> {
  private static final Duration PAUSE_BETWEEN_TURNS = Duration.ofMillis(200);
  private static final String LOG_LEVEL = "EIDER_LOG_LEVEL";
  private static final String LOOPBACK = "127.0.0.1";
  private final PrintWriter out;

  @Option(names = "--once", description = "Tells the story without pauses, stops and exits 0.")
  private boolean once;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Port; 0 takes any free one, and is the default.")
  private int port;

  DemoCommand(PrintWriter out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    keepLogOutOfStory();
    Path dataDir = emptyDirectory();
    try (EiderServer server = EiderServer.start(config(dataDir));
        SignalStop stop = SignalStop.install(server, () -> delete(dataDir))) {
      return play(server, stop, dataDir);
    } finally {
      delete(dataDir);
    }
  }

  private int play(EiderServer server, SignalStop stop, Path dataDir) {
    try {
      Duration pause = once ? Duration.ZERO : PAUSE_BETWEEN_TURNS;
      new DemoStory(out, Facts.hostAndPort(server.address()), pause).tell(dataDir);
      if (once) {
        return 0;
      }
      out.println("The daemon stays up for you; Ctrl-C ends it and deletes its data.");
      out.flush();
      stop.await();
      return 0;
    } catch (RuntimeException e) {
      if (stop.signalled()) {
        // The daemon went away in the middle of the story because it was told to.
        return 1;
      }
      throw e;
    }
  }

  private ServerConfig config(Path dataDir) {
    try {
      return ServerConfig.defaults(dataDir).at(LOOPBACK, port);
    } catch (IllegalArgumentException e) {
      throw CliFailure.usage(e.getMessage() + " (see 'eider demo --help')");
    }
  }

  /** Asks for warnings only, unless somebody wants more. Works until the first logger is made. */
  private static void keepLogOutOfStory() {
    if (System.getenv(LOG_LEVEL) == null && System.getProperty(LOG_LEVEL) == null) {
      System.setProperty(LOG_LEVEL, "WARN");
    }
  }

  private static Path emptyDirectory() {
    try {
      return Files.createTempDirectory("eider-demo-");
    } catch (IOException e) {
      throw CliFailure.failed("cannot make a temporary directory: " + e);
    }
  }

  /** Deletes the directory; what somebody else deleted meanwhile is as good. */
  private static synchronized void delete(Path directory) {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(directory)) {
      List<Path> leavesFirst = tree.sorted(Comparator.reverseOrder()).toList();
      for (Path path : leavesFirst) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw CliFailure.failed("cannot delete the demo's data in " + directory + ": " + e);
    }
  }
}
