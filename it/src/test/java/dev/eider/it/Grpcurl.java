package dev.eider.it;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds grpcurl: where EIDER_GRPCURL says, on the PATH, or where {@code .ci/run} puts it. */
final class Grpcurl {
  private static final String NAME = "grpcurl";

  private Grpcurl() {}

  static Optional<Path> find() {
    String named = System.getenv("EIDER_GRPCURL");
    if (named != null) {
      return Optional.of(Path.of(named));
    }
    Stream<Path> folders =
        Arrays.stream(
                Objects.requireNonNullElse(System.getenv("PATH"), "").split(File.pathSeparator))
            .map(Path::of);
    return Stream.concat(folders, installed())
        .map(folder -> folder.resolve(NAME))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }

  private static Stream<Path> installed() {
    String cache = System.getenv("XDG_CACHE_HOME");
    Path home = Path.of(System.getProperty("user.home"), ".cache");
    Path tools = (cache == null ? home : Path.of(cache)).resolve("eider-ci");
    if (!Files.isDirectory(tools)) {
      return Stream.of();
    }
    try (Stream<Path> folders = Files.list(tools)) {
      return folders.sorted().toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
