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
import java.util.TreeMap;
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

  /** A subscription stands on {@code read.history}, which is no implementation of it. */
  private static final Set<String> ON_WHAT_IS_BELOW = Set.of("read");

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
  void shouldHaveNoCircleBetweenPackages() {
    check(slices().matching(HOUSE + ".(*)..").should().beFreeOfCycles());
    assertThat(Circles.ofPackages(CLASSES, HOUSE)).isEmpty();
  }

  @Test
  void shouldHaveNoCircleInsideAPackage() {
    assertThat(Circles.ofFiles(CLASSES, HOUSE)).isEmpty();
  }

  @Test
  void shouldSeeACircleOfFilesAndOfPackages() {
    JavaClasses knot =
        new ClassFileImporter().importClasses(Knot.class, Knot.Strand.class, KnotTied.class);

    assertThat(Circles.ofFiles(knot, HOUSE))
        .containsExactly(Set.of(Knot.class.getName(), KnotTied.class.getName()));
    assertThat(Circles.ofPackages(knot, HOUSE)).isEmpty();
  }

  @Test
  void shouldHaveNoMoreFilesInAPackageThanOneCanKnow() {
    Map<String, Set<String>> files = new TreeMap<>();
    for (JavaClass type : CLASSES) {
      files.computeIfAbsent(type.getPackageName(), name -> new TreeSet<>()).add(Circles.file(type));
    }

    assertThat(files).allSatisfy((name, all) -> assertThat(all).hasSizeLessThanOrEqualTo(25));
  }

  /** The contract is in the root; what carries it out knows it, and is not known to it. */
  @Test
  void shouldNotImportAnImplementationInThePackageRoot() {
    for (String name : TABLE.rows().keySet()) {
      if (!ON_WHAT_IS_BELOW.contains(name)) {
        String root = HOUSE + "." + name;
        check(
            noClasses()
                .that()
                .resideInAPackage(root)
                .should()
                .dependOnClassesThat(
                    describe(
                        "are below " + root,
                        type -> type.getPackageName().startsWith(root + "."))));
      }
    }
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
