package dev.eider.server.cli.remote;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;

/** The commands of this package. Immutable. */
public final class RemoteCommands {
  private RemoteCommands() {}

  /** Every command, to be added to one that has its name and the exit codes. */
  public static List<CommandLine> all(PrintWriter out, PrintWriter err) {
    return List.of(
        new CommandLine(new RunsCommand(out, err)).setCaseInsensitiveEnumValuesAllowed(true),
        new CommandLine(new TailCommand(out)),
        new CommandLine(new ColdCommand(out)),
        new CommandLine(new ForkCommand(out)),
        new CommandLine(new DiffCommand(out)),
        new CommandLine(new QueryCommand(out)),
        new CommandLine(new RmCommand(out)),
        new CommandLine(new ExportCommand(out, err)).setCaseInsensitiveEnumValuesAllowed(true),
        new CommandLine(new ImportCommand(out, err)));
  }
}
