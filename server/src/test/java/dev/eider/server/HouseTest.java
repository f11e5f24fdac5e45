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
  private static final String HOUSE = HouseTable.HOUSE;

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(HOUSE);

  private static final HouseTable TABLE = HouseTable.read();

  static Stream<String> packages() {
    return TABLE.rows().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("packages")
  void shouldImportOnlyWhatTheTableAllows(String name) {
    List<String> allowed = TABLE.mayImport(name);
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

  @ParameterizedTest
  @MethodSource("packages")
  void shouldNeedWhatTheTableAllows(String name) {
    Set<String> needed = new TreeSet<>();
    for (JavaClass type : CLASSES) {
      if ((type.getPackageName() + ".").startsWith(HOUSE + "." + name + ".")) {
        type.getDirectDependenciesFromSelf()
            .forEach(on -> needed.add(on.getTargetClass().getBaseComponentType().getPackageName()));
      }
    }

    List<String> unneeded =
        TABLE.rows().get(name).entrySet().stream()
            .filter(named -> needed.stream().noneMatch(PackageMatchers.of(named.getValue())::test))
            .map(Map.Entry::getKey)
            .toList();

    assertThat(unneeded).isEmpty();
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

    assertThat(TABLE.rows().keySet()).isEqualTo(found);
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

  @Test
  void shouldKnowTheLocalLogOnlyInTheRoot() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages(HOUSE + ".log.segment..", HOUSE)
            .should()
            .dependOnClassesThat(
                describe(
                    "are the local log, but for its settings",
                    type ->
                        type.getPackageName().equals(HOUSE + ".log.segment")
                            && !type.getSimpleName().equals("LogConfig"))));
  }

  private static boolean isAllowed(JavaClass type, PackageMatchers matchers, boolean sql) {
    if (type.isPrimitive()) {
      return true;
    }
    return matchers.test(type.getPackageName())
        && (sql || !type.getPackageName().startsWith("java.sql"));
  }

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(CLASSES);
  }
}
