package dev.eider.cli.print;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Value;
import dev.eider.v1.QueryColumn;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
final class QueryTableTest {
  private final StringWriter out = new StringWriter();

  @Test
  void shouldPutNumbersToTheRightAndKeepEachRowOnItsLine() {
    // given
    QueryTable table = table("     ");
    table.add(row(text("a\nb"), number(7), number(0.5)));
    table.add(row(text("x".repeat(100)), nothing(), number(12)));

    // when
    table.end();

    // then
    assertThat(out.toString().lines())
        .containsExactly(
            "     name" + " ".repeat(56) + "  count  mean",
            "     a b" + " ".repeat(57) + "      7   0.5",
            "     " + "x".repeat(57) + "...   null    12");
  }

  @Test
  void shouldShowLongAnswersAsTheyCome() {
    // given
    QueryTable table = table("");
    int rows = 2_500;

    // when
    for (int i = 0; i < rows; i++) {
      table.add(row(text("r"), number(i), number(i)));
    }

    // then
    assertThat(out.toString().lines().count()).isBetween(1_000L, 2_000L);
    table.end();
    assertThat(out.toString().lines()).hasSize(rows + 1).endsWith("r      2499  2499");
  }

  private QueryTable table(String indent) {
    return new QueryTable(
        List.of(column("name", "VARCHAR"), column("count", "BIGINT"), column("mean", "DOUBLE")),
        indent,
        new PrintWriter(out));
  }

  private static QueryColumn column(String name, String type) {
    return QueryColumn.newBuilder().setName(name).setType(type).build();
  }

  private static ListValue row(Value... values) {
    return ListValue.newBuilder().addAllValues(List.of(values)).build();
  }

  private static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }

  private static Value number(double number) {
    return Value.newBuilder().setNumberValue(number).build();
  }

  private static Value nothing() {
    return Value.newBuilder().setNullValue(NullValue.NULL_VALUE).build();
  }
}
