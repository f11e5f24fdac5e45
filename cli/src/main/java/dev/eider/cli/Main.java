package dev.eider.cli;

import dev.eider.cli.remote.RemoteCommands;
import dev.eider.server.EiderServer;
import dev.eider.server.config.Setting.Tier;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;

/**
 * The command line of the daemon. Exit codes: 0 done, 1 failed, 2 the command line is wrong, 3 the
 * runs compared differ; after a signal the JVM's own (130, 143). Owned by the main thread.
 */
@Command(
    name = "eider",
    description = "Records turn-based agent runs: live, replayable, forkable, queryable in SQL.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
public final class Main {
  private static final int HELP_WIDTH = SettingsHelp.WIDTH;

  /** The commands that start a daemon. */
  private static final Set<String> STARTING = Set.of("serve", "demo");

  private Main() {}

  /** Runs a command line and exits the JVM. */
  public static void main(String[] args) {
    if (args.length > 0 && STARTING.contains(args[0])) {
      EiderServer.warmUp();
    }
    System.exit(run(writer(System.out), writer(System.err), args));
  }

  /** Runs a command line on the calling thread and returns its exit code. */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    Map<String, Supplier<CommandLine>> commands = commands(out);
    CommandLine eider = new CommandLine(new Main());
    if (args.length > 0 && commands.containsKey(args[0])) {
      // To look through all the others takes a tenth of a second.
      commands.keySet().retainAll(Set.of(args[0]));
    }
    commands.forEach((name, command) -> eider.addSubcommand(name, command.get()));
    eider
        .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
        .setUsageHelpWidth(HELP_WIDTH)
        .setOut(out)
        .setErr(err)
        .setParameterExceptionHandler(new ErrorLine())
        .setExecutionExceptionHandler(new ErrorLine());
    if (args.length == 0) {
      eider.usage(err);
      return CommandLine.ExitCode.USAGE;
    }
    return eider.execute(args);
  }

  private static Map<String, Supplier<CommandLine>> commands(PrintWriter out) {
    Map<String, Supplier<CommandLine>> commands = new LinkedHashMap<>();
    commands.put("serve", () -> serve(out));
    commands.put("demo", () -> new CommandLine(new DemoCommand(out)));
    commands.putAll(RemoteCommands.all());
    return commands;
  }

  private static CommandLine serve(PrintWriter out) {
    CommandLine serve = new CommandLine(new ServeCommand(out));
    SettingsHelp.addTo(serve, Tier.COMMON);
    return serve;
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, StandardCharsets.UTF_8);
  }
}
