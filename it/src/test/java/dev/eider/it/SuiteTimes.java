package dev.eider.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The end of {@code mvn verify}: prints every test class of the build, the longest first, with the
 * moment at which it began. Reads the reports that Surefire and Failsafe leave.
 */
public final class SuiteTimes {
  private static final List<String> REPORTS = List.of("surefire-reports", "failsafe-reports");

  private SuiteTimes() {}

  /**
   * One class of tests.
   *
   * @param beganMs when, since 1970
   */
  private record Suite(String module, String name, int tests, double seconds, long beganMs) {}

  /**
   * Prints them.
   *
   * @param args the directory that holds the modules, and when the build began, as ISO-8601
   */
  public static void main(String[] args) throws IOException {
    long buildBeganMs = Instant.parse(args[1]).toEpochMilli();
    List<Suite> suites = new ArrayList<>();
    try (Stream<Path> modules = Files.list(Path.of(args[0]))) {
      for (Path module : modules.sorted().toList()) {
        for (String reports : REPORTS) {
          addAll(module, module.resolve("target").resolve(reports), buildBeganMs, suites);
        }
      }
    }
    if (suites.isEmpty()) {
      return;
    }
    suites.sort(Comparator.comparingDouble(Suite::seconds).reversed());
    System.out.println("Test classes by time; began counts from the start of the build:");
    for (Suite suite : suites) {
      System.out.printf(
          Locale.ROOT,
          "%8.1f s  began %5.0f s  %5d tests  %-6s  %s%n",
          suite.seconds,
          Math.max(0, (suite.beganMs - buildBeganMs) / 1e3),
          suite.tests,
          suite.module,
          suite.name);
    }
    System.out.printf(
        Locale.ROOT,
        "%8.1f s in %d classes, of which several ran at a time%n",
        suites.stream().mapToDouble(Suite::seconds).sum(),
        suites.size());
  }

  /** Adds what this build has written to a directory of reports; there may be none. */
  private static void addAll(Path module, Path reports, long sinceMs, List<Suite> suites)
      throws IOException {
    if (!Files.isDirectory(reports)) {
      return;
    }
    try (Stream<Path> files = Files.list(reports)) {
      for (Path file : files.filter(SuiteTimes::isReport).toList()) {
        // A report is written when its class has ended.
        long endedMs = Files.getLastModifiedTime(file).toMillis();
        if (endedMs >= sinceMs) {
          suites.add(read(module.getFileName().toString(), file, endedMs));
        }
      }
    }
  }

  private static boolean isReport(Path file) {
    return file.getFileName().toString().matches("TEST-.*\\.xml");
  }

  private static Suite read(String module, Path file, long endedMs) throws IOException {
    String xml = Files.readString(file);
    double seconds = Double.parseDouble(attribute(xml, "time").replace(",", ""));
    int tests = Integer.parseInt(attribute(xml, "tests"));
    long beganMs = endedMs - Math.round(seconds * 1e3);
    return new Suite(module, attribute(xml, "name"), tests, seconds, beganMs);
  }

  /** Finds an attribute of the first element, which speaks of the whole class. */
  private static String attribute(String xml, String name) {
    Matcher value = Pattern.compile("<testsuite [^>]*?\\b" + name + "=\"([^\"]*)\"").matcher(xml);
    if (!value.find()) {
      throw new IllegalStateException("a report without " + name);
    }
    return value.group(1);
  }
}
