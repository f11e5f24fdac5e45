package dev.eider.server.query;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class SqlPlaceTest {
  @Test
  void shouldCountCharactersAndNotBytes() {
    assertThat(SqlPlace.characters("a日🦆b", 8)).isEqualTo(3);
    assertThat(SqlPlace.characters("a", 99)).isEqualTo(1);
  }

  @Test
  void shouldFindTheCaretOfAShortenedLine() {
    String sql = "SELECT 1,\n'" + "日".repeat(50) + "', nothing, '" + "x".repeat(90) + "'";
    String shown = "日".repeat(20) + "', nothing, 'xxx";
    int caret = "LINE 2: ...".length() + 2 * 20 + 3;

    int position =
        SqlPlace.characters(
            sql,
            "Binder Error: x\n\nLINE 2: ..." + shown + "...\n" + " ".repeat(caret) + "^^^^^^^");

    assertThat(position).isEqualTo(sql.indexOf("nothing"));
  }

  @Test
  void shouldKnowNoPlaceWithoutAnExcerpt() {
    assertThat(SqlPlace.characters("SELECT 1", "Binder Error: x")).isEqualTo(-1);
    assertThat(SqlPlace.characters("SELECT 1", "x\n\nLINE 1: SELECT 2\n        ^")).isEqualTo(-1);
  }

  @Test
  void shouldShortenLongLines() {
    String sql = "x".repeat(100) + "HERE" + "y".repeat(100);

    assertThat(SqlPlace.excerpt(sql, 100))
        .isEqualTo(
            "\n\nLINE 1: ..."
                + "x".repeat(60)
                + "HERE"
                + "y".repeat(36)
                + "...\n"
                + " ".repeat(71)
                + "^");
  }
}
