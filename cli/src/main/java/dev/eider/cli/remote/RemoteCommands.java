package dev.eider.cli.remote;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;

/** The commands of this package. Immutable. */
public final class RemoteCommands {
  private RemoteCommands() {}

  /** Every command by its name, to be made when wanted and added to one that has the exit codes. */
  public static Map<String, Supplier<CommandLine>> all() {
    Map<String, Supplier<DaemonCommand>> commands = new LinkedHashMap<>();
    commands.put("runs", RunsCommand::new);
    commands.put("tail", TailCommand::new);
    commands.put("cold", ColdCommand::new);
    commands.put("fork", ForkCommand::new);
    commands.put("diff", DiffCommand::new);
    commands.put("query", QueryCommand::new);
    commands.put("rm", RmCommand::new);
    commands.put("export", ExportCommand::new);
    commands.put("import", ImportCommand::new);
    Map<String, Supplier<CommandLine>> all = new LinkedHashMap<>();
    commands.forEach(
        (name, make) ->
            all.put(
                name, () -> new CommandLine(make.get()).setCaseInsensitiveEnumValuesAllowed(true)));
    return all;
  }
}
