package dev.eider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.store.sql.SqlTable;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
final class TextTableTest {

  @Test
  void shouldAlignNumbersRightAndWordsLeft() {
    // given
    SqlTable table =
        new SqlTable(
            List.of("name", "gold", "note"),
            List.of(
                List.of("ada", 7.0, "x"), List.of("bo", 12.25, "long"), List.of("c", 100L, "")));

    // when
    StringWriter out = new StringWriter();
    TextTable.print(table, new PrintWriter(out));

    // then
    assertThat(out.toString().lines())
        .containsExactly(
            "     name     gold  note",
            "     ada         7  x",
            "     bo    12.2500  long",
            "     c         100");
  }
}
