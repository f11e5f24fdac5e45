package dev.eider.cli.print;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
final class TextTableTest {
  private final StringWriter out = new StringWriter();

  @Test
  void shouldAlignItsColumns() {
    // given
    TextTable table = TextTable.of("name", ">gold", "note");
    table.add("ada", 7, "x");
    table.add("bo", 12.25, "long");
    table.add("c", 100_000, "");

    // when
    table.printTo(new PrintWriter(out));

    // then
    assertThat(out.toString().lines())
        .containsExactly(
            "name    gold  note", "ada        7  x", "bo     12.25  long", "c     100000");
  }

  @Test
  void shouldKeepTheWidthsOfTheFirstPrint() {
    // given
    TextTable table = TextTable.of("a", ">b");
    table.add("one", 1);
    table.printTo(new PrintWriter(out));

    // when
    table.add("seven", 77);
    table.printTo(new PrintWriter(out));

    // then
    assertThat(table.waiting()).isZero();
    assertThat(out.toString().lines()).containsExactly("a    b", "one  1", "seven  77");
  }
}
