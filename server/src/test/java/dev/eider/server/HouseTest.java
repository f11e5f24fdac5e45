package dev.eider.server;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.PackageMatchers;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Data flows one way through the house: who may import whom. */
@Timeout(60)
final class HouseTest {
  private static final String HOUSE = "dev.eider.server";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(HOUSE);

  /** A name without dots is a package of the house; "proto" stands for the generated messages. */
  private static final Map<String, List<String>> MAY_IMPORT =
      Map.ofEntries(
          Map.entry("base", List.of("proto")),
          Map.entry("event", List.of("base", "proto")),
          Map.entry("run", List.of("base", "event", "proto", "dev.eider.storage.v1..")),
          Map.entry("log", List.of("base", "event")),
          Map.entry(
              "store",
              List.of(
                  "base",
                  "event",
                  "run",
                  "proto",
                  "java.sql..",
                  "org.duckdb..",
                  "com.fasterxml.jackson..",
                  "com.google.common.cache..",
                  "com.google.common.primitives..")),
          Map.entry("hub", List.of("base", "event", "run", "proto")),
          Map.entry("sequencer", List.of("base", "event", "run", "log", "hub", "proto")),
          // The hub is told what is persisted.
          Map.entry("persist", List.of("base", "event", "run", "log", "hub", "store")),
          Map.entry("runs", List.of("base", "event", "run", "sequencer", "store", "proto")),
          Map.entry("read", List.of("base", "event", "run", "hub", "store", "proto")),
          Map.entry("fork", List.of("base", "event", "run", "read", "sequencer", "proto")),
          Map.entry(
              "query",
              List.of("base", "event", "run", "hub", "store", "proto", "com.fasterxml.jackson..")),
          Map.entry(
              "files",
              List.of(
                  "base",
                  "event",
                  "run",
                  "hub",
                  "store",
                  "sequencer",
                  "read",
                  "proto",
                  "java.sql..",
                  "org.duckdb..",
                  "com.fasterxml.jackson..")),
          Map.entry("upkeep", List.of("base", "event", "run", "sequencer", "store")),
          Map.entry(
              "api",
              List.of(
                  "base", "event", "run", "read", "query", "sequencer", "store", "files", "proto")),
          Map.entry(
              "rpc",
              List.of(
                  "base",
                  "event",
                  "run",
                  "sequencer",
                  "read",
                  "fork",
                  "query",
                  "files",
                  "store",
                  "api",
                  "proto",
                  "io.grpc..")),
          Map.entry(
              "config",
              List.of(
                  "log",
                  "hub",
                  "sequencer",
                  "store",
                  "persist",
                  "read",
                  "query",
                  "files",
                  "upkeep",
                  "api",
                  "rpc",
                  // Where the heap's bounds come from.
                  "com.sun.management..")));

  private static final List<String> EVERYWHERE =
      List.of("java..", "org.slf4j..", "org.jspecify..", "com.google.errorprone.annotations..");

  private static final Map<String, List<String>> GROUPS =
      Map.of(
          "proto", List.of("dev.eider.v1..", "com.google.protobuf..", "com.google.rpc.."),
          "root", List.of(HOUSE));

  static Stream<String> packages() {
    return MAY_IMPORT.keySet().stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("packages")
  void shouldImportOnlyWhatTheTableAllows(String name) {
    List<String> allowed = new ArrayList<>(EVERYWHERE);
    allowed.addAll(patterns(name));
    MAY_IMPORT.get(name).forEach(import_ -> allowed.addAll(patterns(import_)));
    PackageMatchers matchers = PackageMatchers.of(allowed);
    boolean sql = allowed.contains("java.sql..");

    check(
        classes()
            .that()
            .resideInAPackage(HOUSE + "." + name + "..")
            .should()
            .onlyDependOnClassesThat(
                describe(
                    "are in " + allowed,
                    type -> isAllowed(type.getBaseComponentType(), matchers, sql))));
  }

  @Test
  void shouldHaveNoPackageOutsideTheTable() {
    Set<String> found = new TreeSet<>();
    for (JavaClass type : CLASSES) {
      String below = type.getPackageName().substring(HOUSE.length());
      if (!below.isEmpty()) {
        found.add(below.substring(1).split("\\.")[0]);
      }
    }

    assertThat(MAY_IMPORT.keySet()).containsAll(found);
  }

  @Test
  void shouldHaveNoCycles() {
    check(slices().matching(HOUSE + ".(*)..").should().beFreeOfCycles());
  }

  @Test
  void shouldTouchTheDatabaseOnlyInStore() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages(HOUSE + ".store..", HOUSE + ".files.format..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "javax.sql..", "org.duckdb.."));
  }

  @Test
  void shouldSpeakGrpcOnlyAtTheDoor() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages(HOUSE + ".rpc..", HOUSE)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.grpc.."));
  }

  @Test
  void shouldImportRpcOnlyInTheRoot() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages(HOUSE + ".rpc..", HOUSE + ".config..", HOUSE)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(HOUSE + ".rpc.."));
  }

  private static boolean isAllowed(JavaClass type, PackageMatchers matchers, boolean sql) {
    if (type.isPrimitive()) {
      return true;
    }
    return matchers.test(type.getPackageName())
        && (sql || !type.getPackageName().startsWith("java.sql"));
  }

  private static List<String> patterns(String name) {
    if (name.contains("..")) {
      return List.of(name);
    }
    return GROUPS.getOrDefault(name, List.of(HOUSE + "." + name + ".."));
  }

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(CLASSES);
  }
}
