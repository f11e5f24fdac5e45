package dev.eider.it;

import java.nio.file.Files;
import java.nio.file.Path;

/** Finds the files of the project, wherever the tests were started. */
public final class RepositoryRoot {
  private RepositoryRoot() {}

  /** The directory that holds the modules. */
  public static Path path() {
    Path start = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
    for (Path at = start; at != null; at = at.getParent()) {
      if (Files.isRegularFile(at.resolve("server/pom.xml"))
          && Files.isDirectory(at.resolve("it"))) {
        return at;
      }
    }
    throw new IllegalStateException("no directory with server/pom.xml above " + start);
  }

  /** The packaged daemon. */
  public static Path daemonJar() {
    Path jar = path().resolve("cli/target/eider/eider.jar");
    if (!Files.isRegularFile(jar)) {
      throw new IllegalStateException(
          jar
              + " is not there: these tests run the packaged daemon, so build it first"
              + " (mvn -pl server -am -DskipTests package)");
    }
    return jar;
  }

  /** Where a test class may keep its files. */
  public static Path workDirectory(String name) {
    return path().resolve("it/target/it").resolve(name);
  }
}
