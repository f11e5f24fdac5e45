package dev.eider.server.store.sql;

import com.google.protobuf.NullValue;
import com.google.protobuf.Value;
import org.duckdb.DuckDBReadableVector;

/**
 * The form in which a column's values leave DuckDB: one of four simple types, converted by DuckDB
 * itself, so that no value depends on the driver's or the machine's ideas of time zones and nested
 * types.
 */
enum ColumnForm {
  BOOLEAN("%s"),
  WHOLE("CAST(%s AS BIGINT)"),
  REAL("CAST(%s AS DOUBLE)"),
  DIGITS("CAST(%s AS VARCHAR)"),
  TEXT("CAST(%s AS VARCHAR)"),
  BYTES("base64(%s)"),
  NESTED("CAST(to_json(%s) AS VARCHAR)");

  private final String conversion;

  ColumnForm(String conversion) {
    this.conversion = conversion;
  }

  static ColumnForm of(String type) {
    if (type.endsWith("]")) {
      return NESTED;
    }
    int parameters = type.indexOf('(');
    return switch (parameters < 0 ? type : type.substring(0, parameters)) {
      case "BOOLEAN" -> BOOLEAN;
      case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER" -> WHOLE;
      case "UBIGINT", "HUGEINT", "UHUGEINT", "BIGNUM" -> DIGITS;
      case "FLOAT", "DOUBLE" -> REAL;
      case "BLOB" -> BYTES;
      case "STRUCT", "MAP", "UNION", "VARIANT" -> NESTED;
      default -> TEXT;
    };
  }

  /** Returns the SQL that converts a column to its simple type. */
  String converted(String column) {
    return conversion.formatted(column);
  }

  /** Returns the SQL of a column whose texts of more than {@code bytesMax} are NULL. */
  String bounded(String column, int bytesMax) {
    return isText()
        ? "CASE WHEN strlen(%1$s) <= %2$d THEN %1$s END".formatted(column, bytesMax)
        : column;
  }

  Value value(DuckDBReadableVector vector, long row) {
    if (vector.isNull(row)) {
      return Value.newBuilder().setNullValue(NullValue.NULL_VALUE).build();
    }
    return switch (this) {
      case BOOLEAN -> Value.newBuilder().setBoolValue(vector.getBoolean(row)).build();
      case WHOLE -> JsonValues.whole(vector.getLong(row));
      case REAL -> JsonValues.real(vector.getDouble(row));
      case DIGITS -> JsonValues.digits(vector.getString(row));
      case TEXT, BYTES -> JsonValues.text(vector.getString(row));
      case NESTED -> JsonValues.parse(vector.getString(row), RowBound.BYTES_MAX);
    };
  }

  /** Returns whether its values have no bound of their own. */
  boolean isText() {
    return this == DIGITS || this == TEXT || this == BYTES || this == NESTED;
  }
}
