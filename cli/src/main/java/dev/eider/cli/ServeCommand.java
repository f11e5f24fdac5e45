package dev.eider.cli;

import dev.eider.server.EiderServer;
import dev.eider.server.config.ServerConfig;
import dev.eider.server.config.Setting.Tier;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the daemon until a signal ends it. Owned by the main thread. */
@Command(
    name = "serve",
    description = "Runs the daemon until Ctrl-C or SIGTERM.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    sortOptions = false)
final class ServeCommand implements Callable<Integer> {
  private final PrintWriter out;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Where the log and events.duckdb live; made if missing.")
  private Path dataDir = Path.of("eider-data");

  @Option(names = "--host", paramLabel = "HOST", description = "Address to listen on.")
  private String host = "127.0.0.1";

  @Option(names = "--port", paramLabel = "PORT", description = "Port; 0 takes any free one.")
  private int port = ServerConfig.PORT_DEFAULT;

  @Option(
      names = "--port-file",
      paramLabel = "FILE",
      description = "File to write the port to once the daemon serves; removed on a clean stop.")
  private @Nullable Path portFile;

  @Option(
      names = "--library",
      paramLabel = "DIR",
      showDefaultValue = Visibility.NEVER,
      description =
          "Directory of DuckDB files with runs, of the older format or exported, that are shown and"
              + " never changed; may be repeated.")
  private List<Path> libraries = new ArrayList<>();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      showDefaultValue = Visibility.NEVER,
      description = "Changes a setting (see below); may be repeated.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--insecure",
      showDefaultValue = Visibility.NEVER,
      description = "Allows an address that other machines reach. Anyone there may read and write.")
  private boolean insecure;

  @Option(
      names = "--help-all",
      help = true,
      showDefaultValue = Visibility.NEVER,
      description = "Shows this help with every setting, and exits.")
  private boolean wantsAllHelp;

  @Spec private CommandSpec spec = CommandSpec.create();

  ServeCommand(PrintWriter out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    if (wantsAllHelp) {
      CommandLine serve = spec.commandLine();
      SettingsHelp.addTo(serve, Tier.RARE);
      serve.usage(out);
      return 0;
    }
    ServerConfig config = config();
    if (!insecure) {
      requireLoopback(config.host());
    }
    PortFile file = new PortFile(portFile);
    try (EiderServer server = EiderServer.start(config);
        SignalStop stop = SignalStop.install(server, file::remove)) {
      file.write(server.address().getPort());
      greet(config, server);
      stop.await();
      return 0;
    } finally {
      file.remove();
    }
  }

  private void greet(ServerConfig config, EiderServer server) {
    out.printf("Eider %s is serving%n", Version.number());
    Facts facts =
        new Facts()
            .add("address", Facts.hostAndPort(server.address()))
            .add("data", config.dataDir().toAbsolutePath().normalize())
            .add("durability", config.durability());
    if (!config.libraries().isEmpty()) {
      facts.add(
          "libraries",
          config.libraries().stream()
              .map(library -> library.toAbsolutePath().normalize().toString())
              .collect(Collectors.joining(", ")));
    }
    facts.printTo(out);
    out.println("Stop it with Ctrl-C or SIGTERM.");
    out.flush();
  }

  private ServerConfig config() {
    try {
      ServerConfig config = ServerConfig.defaults(dataDir).at(host, port).withLibraries(libraries);
      for (Map.Entry<String, String> setting : settings.entrySet()) {
        config = config.with(setting.getKey(), setting.getValue());
      }
      return config;
    } catch (IllegalArgumentException e) {
      throw CliFailure.usage(e.getMessage() + " (see 'eider serve --help-all')");
    }
  }

  /** Checks that no other machine can reach a host; fails if one can. Blocks while it resolves. */
  private static void requireLoopback(String host) {
    try {
      boolean loopback =
          Arrays.stream(InetAddress.getAllByName(host)).allMatch(InetAddress::isLoopbackAddress);
      if (!loopback) {
        throw CliFailure.usage(
            "refusing to listen on "
                + host
                + ": other machines can reach it, and there is no TLS or authentication yet; use"
                + " 127.0.0.1, or add --insecure if everyone on that network may read and write");
      }
    } catch (UnknownHostException e) {
      throw CliFailure.usage(
          "cannot resolve the host " + host + "; use an address such as 127.0.0.1");
    }
  }
}
