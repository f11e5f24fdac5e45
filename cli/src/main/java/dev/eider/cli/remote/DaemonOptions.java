package dev.eider.cli.remote;

import dev.eider.client.ClientConfig;
import dev.eider.client.EiderClient;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which daemon a command talks to, and in which form it prints. Owned by the main thread. */
final class DaemonOptions {
  private static final String ADDRESS_DEFAULT = "${env:EIDER_ADDRESS:-localhost:7117}";

  /** Somebody waits for the answer: a daemon that is away is to be noticed soon. */
  private static final Duration AWAY_MAX = Duration.ofSeconds(10);

  private static final Duration CALL_MAX = Duration.ofSeconds(10);

  @Option(
      names = "--address",
      paramLabel = "HOST:PORT",
      defaultValue = ADDRESS_DEFAULT,
      description = "The daemon; EIDER_ADDRESS sets the default. Default: ${DEFAULT-VALUE}.")
  private String address = "";

  @Option(names = "--json", description = "Prints one JSON object a line.")
  private boolean json;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  /** A connection; the first call makes it. */
  EiderClient connect() {
    ClientConfig config;
    try {
      config = ClientConfig.defaults(address);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), "--address: " + e.getMessage(), e);
    }
    return EiderClient.connect(config.withCallDeadline(CALL_MAX).withResumeTimeout(AWAY_MAX));
  }

  boolean json() {
    return json;
  }
}
