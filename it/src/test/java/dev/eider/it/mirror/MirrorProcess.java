package dev.eider.it.mirror;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.eider.it.Directories;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A {@link Mirror} in a process of its own, to be killed. Owned by the test thread. */
public final class MirrorProcess implements AutoCloseable {
  private final Path directory;
  private final String address;
  private Process process;

  private MirrorProcess(Path directory, String address) {
    this.directory = directory;
    this.address = address;
  }

  public static MirrorProcess start(Path directory, String address) {
    MirrorProcess mirror = new MirrorProcess(directory, address);
    mirror.start();
    return mirror;
  }

  public Path file() {
    return directory.resolve("mirror.sqlite");
  }

  public void start() {
    Path temp = directory.resolve("tmp");
    try {
      Directories.empty(temp);
      process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx256m",
                  "-XX:TieredStopAtLevel=1",
                  "-XX:+UseSerialGC",
                  "-Djava.io.tmpdir=" + temp,
                  "-cp",
                  System.getProperty("java.class.path"),
                  Mirror.class.getName(),
                  address,
                  file().toString())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException("the mirror cannot be started", e);
    }
  }

  public void kill9() {
    process.destroyForcibly();
    try {
      if (!process.waitFor(10, SECONDS)) {
        throw new AssertionError("the mirror outlives kill -9");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Fails if it has ended by itself. */
  public void shouldRun() {
    if (!process.isAlive()) {
      throw new AssertionError("the mirror ended with " + process.exitValue() + said());
    }
  }

  private Path log() {
    return directory.resolve("mirror.log");
  }

  private String said() {
    try {
      return "\n" + Files.readString(log());
    } catch (IOException e) {
      return " and left no log";
    }
  }

  @Override
  public void close() {
    kill9();
  }
}
