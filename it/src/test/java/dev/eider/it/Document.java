package dev.eider.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Markdown file of the project, taken apart. Immutable.
 *
 * @param path the file, from the root of the project
 * @param text the whole of it
 */
public record Document(Path path, String text) {
  private static final Pattern FENCE = Pattern.compile("(?ms)^```.*?^```$");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final Pattern LINK =
      Pattern.compile("\\[(?:[^]\\[]|\\[[^]]*])*]\\(([^()\\s]+)\\)");

  /** Reads a file; the path is from the root of the project. */
  public static Document read(String path) {
    return read(RepositoryRoot.path().resolve(path));
  }

  private static Document read(Path file) {
    try {
      return new Document(RepositoryRoot.path().relativize(file), Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads every document at the root, in docs/ and beside the example clients. */
  static List<Document> all() {
    List<Document> found = new ArrayList<>();
    for (String folder : List.of("", "docs", "docs/internals", "it/clients")) {
      try (Stream<Path> files = Files.list(RepositoryRoot.path().resolve(folder))) {
        files
            .filter(file -> file.toString().endsWith(".md"))
            .sorted()
            .forEach(file -> found.add(read(file)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return found;
  }

  /** Returns the fenced blocks in a language, in order, each with a newline at its end. */
  public List<String> blocks(String language) {
    return found("(?ms)^```" + language + "\n(.*?)^```$", text);
  }

  /** Returns what stands in code marks within the text. */
  List<String> codeSpans() {
    return found(CODE.pattern(), prose());
  }

  /** Returns the targets of all links, those to the web included. */
  List<String> links() {
    return found(LINK.pattern(), prose());
  }

  /** Returns what the headings are called in a link. */
  List<String> anchors() {
    return found("(?m)^#+ (.+)$", FENCE.matcher(text).replaceAll("")).stream()
        .map(
            heading ->
                heading
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N} _-]", "")
                    .replace(' ', '-'))
        .toList();
  }

  /** Returns the text below a heading of the second level, up to the next one. */
  Document section(String heading) {
    int start = text.indexOf("\n## " + heading + "\n");
    if (start < 0) {
      throw new AssertionError(path + " has no heading " + heading);
    }
    int end = text.indexOf("\n## ", start + 1);
    return new Document(path, text.substring(start, end < 0 ? text.length() : end));
  }

  /** Returns the rows of the first table below a heading, head and rule left out. */
  List<List<String>> table(String heading) {
    return section(heading)
        .text
        .lines()
        .dropWhile(line -> !line.startsWith("|"))
        .takeWhile(line -> line.startsWith("|"))
        .skip(2)
        .map(Document::cells)
        .toList();
  }

  private String prose() {
    return FENCE.matcher(text).replaceAll("");
  }

  private static List<String> found(String pattern, String text) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    List<String> found = new ArrayList<>();
    while (matcher.find()) {
      found.add(matcher.group(1));
    }
    return found;
  }

  private static List<String> cells(String row) {
    return Arrays.stream(row.substring(1, row.length() - 1).split("\\|"))
        .map(String::strip)
        .toList();
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
