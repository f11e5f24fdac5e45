package dev.eider.server.cli;

import dev.eider.server.cli.remote.RemoteCommands;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * The command line of the daemon. Exit codes: 0 done, 1 failed, 2 the command line is wrong, 3 the
 * runs compared differ; after a signal the JVM's own (130, 143). Owned by the main thread.
 */
@Command(
    name = "eider",
    description = "Records turn-based agent runs: live, replayable, forkable, queryable in SQL.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
public final class Main {
  private static final int HELP_WIDTH = 100;

  private Main() {}

  /** Runs a command line and exits the JVM. */
  public static void main(String[] args) {
    System.exit(run(writer(System.out), writer(System.err), args));
  }

  /** Runs a command line on the calling thread and returns its exit code. */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    CommandLine serve = new CommandLine(new ServeCommand(out));
    serve.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_FOOTER, help -> SettingsHelp.text());
    CommandLine eider =
        new CommandLine(new Main())
            .addSubcommand("serve", serve)
            .addSubcommand("demo", new CommandLine(new DemoCommand(out)));
    RemoteCommands.all(out, err).forEach(eider::addSubcommand);
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

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, StandardCharsets.UTF_8);
  }

  /** Says which build this is. */
  static final class Version implements IVersionProvider {
    /** Reads the jar's manifest; classes that come from no jar have no version. */
    static String number() {
      String version = Main.class.getPackage().getImplementationVersion();
      return version == null ? "(unpackaged)" : version;
    }

    @Override
    public String[] getVersion() {
      return new String[] {"eider " + number() + ", Java " + Runtime.version()};
    }
  }
}
