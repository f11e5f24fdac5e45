package dev.eider.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every source file of every module keeps to. */
@Timeout(60)
final class TidyTest {
  private static final int FILE_LINES_MAX = 400;
  private static final int METHOD_LINES_MAX = 60;
  private static final Pattern NAMES_NO_ROLE =
      Pattern.compile(".*(Manager|Helper|Utils?|Impl|Processor)");

  private static final List<SourceFile> MAIN = new ArrayList<>();
  private static final List<SourceFile> TEST = new ArrayList<>();

  @BeforeAll
  static void readSources() throws IOException {
    Path root = Path.of("").toAbsolutePath().getParent();
    for (String module : List.of("client", "server", "cli", "it")) {
      MAIN.addAll(read(root.resolve(module).resolve("src/main/java")));
      TEST.addAll(read(root.resolve(module).resolve("src/test/java")));
    }
  }

  @Test
  void shouldFindSources() {
    assertThat(MAIN).isNotEmpty();
    assertThat(TEST).isNotEmpty();
  }

  @Test
  void shouldKeepMainFilesShort() {
    assertThat(MAIN)
        .filteredOn(file -> file.lines() > FILE_LINES_MAX)
        .extracting(file -> file.path() + " has " + file.lines() + " lines")
        .isEmpty();
  }

  @Test
  void shouldKeepMethodsShort() {
    List<String> tooLong = new ArrayList<>();
    for (SourceFile file : all()) {
      for (SourceFile.Method method : file.methods()) {
        if (method.lines() > METHOD_LINES_MAX) {
          tooLong.add(file.path() + ": " + method.name() + " has " + method.lines() + " lines");
        }
      }
    }
    assertThat(tooLong).isEmpty();
  }

  @Test
  void shouldNameTypesByTheirRole() {
    Predicate<String> namesNoRole = NAMES_NO_ROLE.asMatchPredicate();
    assertThat(all().stream().flatMap(file -> file.typeNames().stream()).filter(namesNoRole))
        .isEmpty();
  }

  @Test
  void shouldNameTestsByWhatShouldBe() {
    List<String> misnamed = new ArrayList<>();
    for (SourceFile file : TEST) {
      for (SourceFile.Method method : file.methods()) {
        if (method.isTest() && !method.name().startsWith("should")) {
          misnamed.add(file.path() + ": " + method.name());
        }
      }
    }
    assertThat(misnamed).isEmpty();
  }

  @Test
  void shouldNotSleepInTests() {
    assertThat(TEST).filteredOn(SourceFile::sleeps).extracting(SourceFile::path).isEmpty();
  }

  private static List<SourceFile> all() {
    return Stream.concat(MAIN.stream(), TEST.stream()).toList();
  }

  private static List<SourceFile> read(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.walk(folder)) {
      List<Path> sources =
          paths.filter(path -> path.toString().endsWith(".java")).sorted().toList();
      return SourceFile.parse(sources);
    }
  }
}
