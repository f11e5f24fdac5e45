package dev.eider.cli.remote;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Base64;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * Keeps a resume token in a file, as one line of base64. Replaced as a whole, so that whatever ends
 * the process leaves the old token or the new one. Owned by one thread.
 */
final class TokenFile {
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
