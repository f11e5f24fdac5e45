package dev.eider.it.query;

import dev.eider.it.RepositoryRoot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The questions of docs/sql.md. */
final class DocumentedSql {
  private static final Pattern SQL = Pattern.compile("```sql\n(.*?)```", Pattern.DOTALL);

  private DocumentedSql() {}

  static List<String> questions() {
    try {
      String text = Files.readString(RepositoryRoot.path().resolve("docs/sql.md"));
      return SQL.matcher(text).results().map((MatchResult found) -> found.group(1)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
