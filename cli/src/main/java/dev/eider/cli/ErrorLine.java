package dev.eider.cli;

import dev.eider.client.EiderException;
import dev.eider.server.config.StartupException;
import dev.eider.v1.ErrorReason;
import io.grpc.Status;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Turns a failure into a line on stderr and an exit code; a defect gets a trace. Thread-safe. */
final class ErrorLine implements IParameterExceptionHandler, IExecutionExceptionHandler {
  @Override
  public int handleParseException(ParameterException wrong, String[] args) {
    CommandLine command = wrong.getCommandLine();
    String help = command.getCommandSpec().qualifiedName() + " --help";
    print(command.getErr(), said(wrong) + " (see '" + help + "')");
    return CommandLine.ExitCode.USAGE;
  }

  /** Mends a slip of picocli's: it words a bad value as "for option option". */
  private static String said(ParameterException wrong) {
    return String.valueOf(wrong.getMessage()).replace("option option", "option");
  }

  @Override
  public int handleExecutionException(Exception cause, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    if (cause instanceof CliFailure failure) {
      print(err, cause.getMessage());
      return failure.exitCode();
    }
    if (cause instanceof EiderException away
        && away.code() == Status.Code.UNAVAILABLE
        && away.reason() == ErrorReason.ERROR_REASON_UNSPECIFIED) {
      print(err, away.getMessage() + "; is the daemon running there? (see --address)");
      return CommandLine.ExitCode.SOFTWARE;
    }
    if (cause instanceof StartupException || cause instanceof EiderException) {
      print(err, cause.getMessage());
      return cause instanceof EiderException wrong
              && wrong.reason() == ErrorReason.ERROR_REASON_INVALID_QUERY
          ? CommandLine.ExitCode.USAGE
          : CommandLine.ExitCode.SOFTWARE;
    }
    if (cause instanceof FileSystemException file) {
      print(err, said(file));
      return CommandLine.ExitCode.SOFTWARE;
    }
    if (cause instanceof IOException) {
      print(err, "a file cannot be read or written: " + cause.getMessage());
      return CommandLine.ExitCode.SOFTWARE;
    }
    print(err, "this should not have happened: " + cause);
    cause.printStackTrace(err);
    return CommandLine.ExitCode.SOFTWARE;
  }

  /** Says in words what Java says with the name of a class. */
  private static String said(FileSystemException wrong) {
    return wrong.getFile() + ": " + why(wrong);
  }

  private static String why(FileSystemException wrong) {
    if (wrong.getReason() != null) {
      return wrong.getReason();
    }
    if (wrong instanceof NoSuchFileException) {
      return "there is no such file";
    }
    if (wrong instanceof NotDirectoryException) {
      return "it is no folder";
    }
    return wrong instanceof AccessDeniedException
        ? "it must not be read or written"
        : "it cannot be read or written";
  }

  private static void print(PrintWriter err, @Nullable String message) {
    String text = message == null ? "failed, without a reason" : message;
    err.println("eider: " + text.strip().replaceAll("\\s*\\R\\s*", " "));
  }
}
