package dev.eider.cli.remote;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.ByteString;
import dev.eider.client.AllRunsSubscription;
import dev.eider.client.EiderClient;
import dev.eider.client.TokenedBatch;
import dev.eider.v1.EventFilter;
import dev.eider.v1.SubscribeAllRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How to follow all runs at once, and the way of doing it. Owned by the main thread. */
final class AllRunsOptions {
  @Option(
      names = "--all",
      description = "Follows all runs, in the order of the daemon's log, until it is stopped.")
  private boolean all;

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "With --all: only runs with this label; may be repeated.")
  private Map<String, String> labels = new LinkedHashMap<>();

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "With --all: goes on where it stopped the last time, which this file tells; keeps the"
              + " place there after what it has printed.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--no-follow",
      description = "With --all: ends once everything so far has been printed.")
  private boolean isOnce;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  boolean areAsked() {
    return all;
  }

  /** Returns whether one of them is there that makes sense for all runs only. */
  boolean needAll() {
    return !labels.isEmpty() || tokenFile != null || isOnce;
  }

  /** Prints events until somebody stops it, or, if told so, until there are no more. */
  void follow(EiderClient client, EventFilter filter, EventPrinter printer) {
    TokenFile file = tokenFile == null ? null : new TokenFile(tokenFile, command.commandLine());
    ByteString token = file == null ? ByteString.EMPTY : file.read();
    SubscribeAllRequest request =
        SubscribeAllRequest.newBuilder()
            .setResumeToken(token)
            .setFilter(filter)
            .putAllRunLabels(labels)
            .build();
    try (AllRunsSubscription batches = client.subscribeAll(request)) {
      boolean isDone = false;
      while (!isDone && batches.hasNext()) {
        TokenedBatch batch = batches.next();
        if (!printer.printAll(batch.events().iterator())) {
          return;
        }
        if (file != null) {
          file.write(batch.resumeToken());
        }
        isDone = isOnce && batch.caughtUp();
      }
    }
  }

  /**
   * Keeps a resume token in a file, as one line of base64. Replaced as a whole, so that whatever
   * ends the process leaves the old token or the new one. Owned by one thread.
   */
  private static final class TokenFile {
    private final Path file;
    private final CommandLine command;

    TokenFile(Path file, CommandLine command) {
      this.file = file.toAbsolutePath();
      this.command = command;
    }

    /** The token, empty when there is no file yet. */
    ByteString read() {
      try {
        String text = Files.readString(file, US_ASCII).strip();
        return ByteString.copyFrom(Base64.getDecoder().decode(text));
      } catch (NoSuchFileException notYetThere) {
        return ByteString.EMPTY;
      } catch (IllegalArgumentException | IOException e) {
        throw failure("cannot be read", e);
      }
    }

    void write(ByteString token) {
      Path next = file.resolveSibling(file.getFileName() + ".next");
      try {
        String text = Base64.getEncoder().encodeToString(token.toByteArray());
        Files.writeString(next, text + "\n", US_ASCII);
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        throw failure("cannot be written", e);
      }
    }

    private ParameterException failure(String what, Exception cause) {
      return new ParameterException(command, "--token-file " + file + " " + what + ": " + cause);
    }
  }
}
