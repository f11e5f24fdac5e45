package dev.eider.cli.remote;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;

/** The commands of this package. Immutable. */
public final class RemoteCommands {
  private RemoteCommands() {}

  /** Every command by its name, to be made when wanted and added to one that has the exit codes. */
  public static Map<String, Supplier<CommandLine>> all(PrintWriter out, PrintWriter err) {
    Map<String, Supplier<CommandLine>> all = new LinkedHashMap<>();
    all.put(
        "runs",
        () -> new CommandLine(new RunsCommand(out, err)).setCaseInsensitiveEnumValuesAllowed(true));
    all.put("tail", () -> new CommandLine(new TailCommand(out)));
    all.put("cold", () -> new CommandLine(new ColdCommand(out)));
    all.put("fork", () -> new CommandLine(new ForkCommand(out)));
    all.put("diff", () -> new CommandLine(new DiffCommand(out)));
    all.put("query", () -> new CommandLine(new QueryCommand(out)));
    all.put("rm", () -> new CommandLine(new RmCommand(out)));
    all.put(
        "export",
        () ->
            new CommandLine(new ExportCommand(out, err)).setCaseInsensitiveEnumValuesAllowed(true));
    all.put("import", () -> new CommandLine(new ImportCommand(out, err)));
    return all;
  }
}
