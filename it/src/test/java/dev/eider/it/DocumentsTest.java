package dev.eider.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.config.Setting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The documents lead somewhere, name what there is, and are as short as they promise. */
@Timeout(60)
class DocumentsTest {
  private static final int README_WORDS_MAX = 1_300;
  private static final int ARCHITECTURE_WORDS_MAX = 4_000;
  private static final int HACKING_LINES_MAX = 150;

  /** A class, with the method or field that is meant. */
  private static final Pattern CLASS =
      Pattern.compile("([A-Z][a-z0-9]+[A-Za-z0-9]*)(?:[.#]([a-z]\\w*))?");

  private static final Pattern SETTING = Pattern.compile("[a-z]+(?:-[a-z]+)+(?:=.*)?");
  private static final Pattern UNIT = Pattern.compile(".*-(ms|max|min|bytes|percent)(=.*)?");
  private static final Pattern PATH =
      Pattern.compile(
          "(?:proto|server|client|cli|it|docs)/[\\w./-]+|[\\w./-]+\\.(?:java|proto|sql|sh)");
  private static final Pattern PROPERTY = Pattern.compile("-D(eider\\.[\\w.]+)=");
  private static final Pattern THREADS =
      Pattern.compile(
          "(?:(?:WorkerLoop|CallPool)\\(\\s*threads,\\s*|newPool\\(|newTimer\\()\"([a-z-]+)\"");
  private static final Pattern PROTO_NAME =
      Pattern.compile("(?m)^\\s*(?:message|enum|service|rpc) (\\w+)");

  /** Speaks of what used to be. */
  private static final String CHANGELOG = "CHANGELOG.md";

  /** Classes of the JDK, of libraries and of other programs. */
  private static final Set<String> OTHERS = Set.of("CompletableFutureDelayScheduler", "Thread");

  private static final List<Path> FILES = files();
  private static final Map<String, String> SOURCES = sources();

  static Stream<Document> documents() {
    return Document.all().stream();
  }

  @ParameterizedTest
  @MethodSource("documents")
  void shouldLinkToWhatIsThere(Document document) {
    assertThat(document.links())
        .filteredOn(link -> !link.contains("://"))
        .allMatch(link -> leadsSomewhere(document, link));
  }

  private static boolean leadsSomewhere(Document from, String link) {
    int hash = link.indexOf('#');
    String target = hash < 0 ? link : link.substring(0, hash);
    Path folder = RepositoryRoot.path().resolve(from.path()).getParent();
    Path file =
        target.isEmpty() ? RepositoryRoot.path().resolve(from.path()) : folder.resolve(target);
    if (!Files.exists(file)) {
      return false;
    }
    return hash < 0
        || Document.read(RepositoryRoot.path().relativize(file.normalize()).toString())
            .anchors()
            .contains(link.substring(hash + 1));
  }

  /** Classes, files, settings, and properties that tests read. */
  @ParameterizedTest
  @MethodSource("documents")
  void shouldNameWhatThereIs(Document document) {
    List<String> spans = document.codeSpans();
    if (!document.path().endsWith(CHANGELOG)) {
      assertThat(spans.stream().map(CLASS::matcher).filter(Matcher::matches))
          .as("classes")
          .allMatch(DocumentsTest::isThere);
      Set<String> keys = keys();
      assertThat(spans)
          .as("settings")
          .filteredOn(span -> SETTING.matcher(span).matches() && UNIT.matcher(span).matches())
          .allMatch(span -> keys.contains(span.replaceFirst("=.*", "")));
    }
    Path root = RepositoryRoot.path();
    assertThat(spans)
        .as("files")
        .filteredOn(span -> PATH.matcher(span).matches() && !span.contains("/target"))
        .allMatch(
            span ->
                FILES.stream().anyMatch(file -> file.endsWith(span))
                    || Files.exists(root.resolve(span))
                    || Files.exists(root.resolve(document.path()).resolveSibling(span)));
    String tests = String.join("", SOURCES.values());
    assertThat(PROPERTY.matcher(document.text()).results().map(found -> found.group(1)))
        .as("properties")
        .allMatch(property -> tests.contains("\"" + property + "\""));
  }

  private static boolean isThere(MatchResult name) {
    String source = SOURCES.get(name.group(1));
    if (source == null) {
      return OTHERS.contains(name.group(1));
    }
    return Optional.ofNullable(name.group(2)).map(source::contains).orElse(true);
  }

  @Test
  void shouldSayWhatEachBoundIs() {
    List<String> said = Document.read("docs/internals/bounds.md").codeSpans();
    List<String> bounds = keys().stream().filter(key -> key.endsWith("-max")).toList();

    assertThat(said).containsAll(bounds);
  }

  @Test
  void shouldListEveryThread() {
    String listed = Document.read("docs/architecture.md").section("Threads").text();
    List<String> started =
        FILES.stream()
            .filter(file -> file.toString().contains("server/src/main/java"))
            .flatMap(file -> THREADS.matcher(text(file)).results())
            .map(found -> found.group(1))
            .toList();

    assertThat(started).contains("sequencer", "query", "live");
    assertThat(started).allMatch(name -> listed.matches("(?s).*`" + name + "(-.)?`.*"));
  }

  @Test
  void shouldBeShort() {
    assertThat(words("README.md")).isLessThanOrEqualTo(README_WORDS_MAX);
    assertThat(words("docs/architecture.md")).isLessThanOrEqualTo(ARCHITECTURE_WORDS_MAX);
    assertThat(Document.read("HACKING.md").text().lines().count())
        .isLessThanOrEqualTo(HACKING_LINES_MAX);
  }

  private static long words(String document) {
    return Document.read(document).text().trim().split("\\s+").length;
  }

  private static Set<String> keys() {
    return Stream.of(Setting.values())
        .map(Setting::key)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<Path> files() {
    return Stream.of("proto", "server", "client", "cli", "it")
        .map(module -> RepositoryRoot.path().resolve(module).resolve("src"))
        .flatMap(folder -> Directories.filesBelow(folder).stream())
        .toList();
  }

  /** Finds the source of each class, and of each name in a .proto file. */
  private static Map<String, String> sources() {
    Map<String, String> sources = new TreeMap<>();
    for (Path file : FILES) {
      String name = file.getFileName().toString();
      if (name.endsWith(".java")) {
        sources.put(name.replace(".java", ""), text(file));
      } else if (name.endsWith(".proto")) {
        String text = text(file);
        PROTO_NAME.matcher(text).results().forEach(found -> sources.put(found.group(1), text));
      }
    }
    return sources;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
