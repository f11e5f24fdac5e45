package dev.eider.cli.remote;

import com.google.errorprone.annotations.FormatMethod;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that talks to a running daemon. Owned by the main thread. */
abstract class DaemonCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  final CommandSpec spec() {
    return spec;
  }

  final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  final PrintWriter err() {
    return spec.commandLine().getErr();
  }

  /** Prints to {@link #out}. */
  @FormatMethod
  final void printf(String format, Object... arguments) {
    out().printf(format, arguments);
  }

  final ParameterException usage(String problem) {
    return new ParameterException(spec.commandLine(), problem);
  }
}
