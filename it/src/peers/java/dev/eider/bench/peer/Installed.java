package dev.eider.bench.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the system has installed. Nothing is ever installed from here. Immutable. */
final class Installed {
  private static final Pattern VERSION = Pattern.compile("\\d+(\\.\\d+)+");
  private static final Path DEBIAN_POSTGRES = Path.of("/usr/lib/postgresql");

  private Installed() {}

  /** A program in PATH. */
  static Optional<Path> program(String name) {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Arrays.stream(path.split(":"))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * The folder with initdb and postgres: the one in PATH, else the newest where Debian has them.
   */
  static Optional<Path> postgresFolder() {
    Optional<Path> inPath = program("initdb").map(Installed::folderOfTarget);
    return inPath.filter(Installed::hasPostgres).or(Installed::newestDebianPostgres);
  }

  private static Path folderOfTarget(Path program) {
    try {
      return program.toRealPath().getParent();
    } catch (IOException e) {
      return program.getParent();
    }
  }

  private static Optional<Path> newestDebianPostgres() {
    if (!Files.isDirectory(DEBIAN_POSTGRES)) {
      return Optional.empty();
    }
    try (Stream<Path> versions = Files.list(DEBIAN_POSTGRES)) {
      return versions
          .filter(folder -> folder.getFileName().toString().matches("\\d+"))
          .sorted(Comparator.comparing(Installed::number).reversed())
          .map(folder -> folder.resolve("bin"))
          .filter(Installed::hasPostgres)
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static int number(Path folder) {
    return Integer.parseInt(folder.getFileName().toString());
  }

  private static boolean hasPostgres(Path folder) {
    return Files.isExecutable(folder.resolve("initdb"))
        && Files.isExecutable(folder.resolve("postgres"));
  }

  /** The first version number that {@code --version} prints, or nothing. */
  static String version(Path program) {
    try {
      Process process =
          new ProcessBuilder(List.of(program.toString(), "--version"))
              .redirectErrorStream(true)
              .start();
      String said = new String(process.getInputStream().readAllBytes(), UTF_8);
      Matcher matcher = VERSION.matcher(said);
      return matcher.find() ? matcher.group() : "";
    } catch (IOException e) {
      return "";
    }
  }

  /** Whether this process may do anything, so that PostgreSQL refuses to run as its user. */
  static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  /** A user and the number of its group. */
  record User(String name, String groupId) {
    /** What to put before a command to run it as this user, in the process that is started. */
    List<String> prefix() {
      return List.of("setpriv", "--reuid=" + name, "--regid=" + groupId, "--clear-groups");
    }
  }

  /** The first of these users that there is. */
  static Optional<User> user(String... names) {
    try {
      List<String[]> users =
          Files.readAllLines(Path.of("/etc/passwd")).stream().map(line -> line.split(":")).toList();
      return Arrays.stream(names)
          .flatMap(name -> users.stream().filter(fields -> fields[0].equals(name)))
          .map(fields -> new User(fields[0], fields[3]))
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  static boolean isOnClassPath(String className) {
    try {
      Class.forName(className, false, Installed.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
