package dev.eider.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The table of packages in docs/architecture.md. Immutable.
 *
 * @param rows by package, what its row names, each as patterns of packages
 */
record HouseTable(Map<String, Map<String, List<String>>> rows) {
  static final String HOUSE = "dev.eider.server";

  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `([a-z]+)` \\| [^|]+ \\| ([^|]+) \\|$");

  /** What a row may name besides a package of the house, and a package of others in full. */
  private static final Map<String, List<String>> GROUPS =
      Map.of(
          "proto", List.of("dev.eider.v1..", "com.google.protobuf..", "com.google.rpc.."),
          "storage proto", List.of("dev.eider.storage.v1.."),
          "jackson", List.of("com.fasterxml.jackson.."),
          "guava", List.of("com.google.common.cache..", "com.google.common.primitives.."));

  private static final List<String> EVERYWHERE =
      List.of("java..", "org.slf4j..", "org.jspecify..", "com.google.errorprone.annotations..");

  static HouseTable read() {
    String text = architecture();
    String rooms = text.substring(text.indexOf("\n## The rooms\n"), text.indexOf("\n## Threads\n"));
    List<MatchResult> rows = ROW.matcher(rooms).results().toList();
    Set<String> names = Set.copyOf(rows.stream().map(row -> row.group(1)).toList());
    Map<String, Map<String, List<String>>> table = new TreeMap<>();
    for (MatchResult row : rows) {
      Map<String, List<String>> imports = new TreeMap<>();
      Stream.of(row.group(2).split(","))
          .map(String::strip)
          .forEach(name -> imports.put(name, of(name, names)));
      table.put(row.group(1), imports);
    }
    return new HouseTable(table);
  }

  /** Returns the patterns of all packages that one of the house may depend on. */
  List<String> mayImport(String name) {
    List<String> allowed = new ArrayList<>(EVERYWHERE);
    allowed.add(HOUSE + "." + name + "..");
    rows.get(name).values().forEach(allowed::addAll);
    return allowed;
  }

  private static List<String> of(String name, Set<String> packages) {
    if (name.contains(".")) {
      return List.of(name + "..");
    }
    if (packages.contains(name)) {
      return List.of(HOUSE + "." + name + "..");
    }
    List<String> group = GROUPS.get(name);
    if (group == null) {
      throw new AssertionError(
          "a row of docs/architecture.md may import " + name + ": what is it?");
    }
    return group;
  }

  private static String architecture() {
    try {
      return Files.readString(
          Path.of(System.getProperty("basedir", ".")).resolve("../docs/architecture.md"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
