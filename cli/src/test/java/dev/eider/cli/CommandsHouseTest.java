package dev.eider.cli;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the commands may know of the daemon that they start or ask. */
@Timeout(60)
final class CommandsHouseTest {
  private static final String HOUSE = "dev.eider.cli";
  private static final String SERVER = "dev.eider.server";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(HOUSE);

  private static final SliceAssignment OUTERMOST_CLASS =
      new SliceAssignment() {
        @Override
        public String getDescription() {
          return "each class with what is nested in it";
        }

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
          return SliceIdentifier.of(type.getName().replaceFirst("\\$.*", ""));
        }
      };

  @Test
  void shouldHaveNoCircles() {
    slices().matching(HOUSE + ".(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void shouldHaveNoCirclesInsideAPackage() {
    slices().assignedFrom(OUTERMOST_CLASS).should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void shouldKnowOnlyTheDoorOfTheDaemon() {
    noClasses()
        .should()
        .dependOnClassesThat(
            describe(
                "are inside the daemon",
                type ->
                    type.getPackageName().startsWith(SERVER + ".")
                        && !type.getPackageName().equals(SERVER + ".config")))
        .check(CLASSES);
  }

  @Test
  void shouldKnowOnlyTheWireContractInCommandsForADaemon() {
    noClasses()
        .that()
        .resideInAPackage(HOUSE + ".remote..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(SERVER + "..", HOUSE)
        .check(CLASSES);
  }
}
