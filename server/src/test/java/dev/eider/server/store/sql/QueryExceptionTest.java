package dev.eider.server.store.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.store.sql.QueryException.Kind;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class QueryExceptionTest {
  @Test
  void shouldNotCarryAdviceToSet() {
    QueryException memory =
        of(
            "Out of Memory Error: failed to allocate data of size 16.0 MiB (92.5 MiB/96.0 MiB used)"
                + "\n\nPossible solutions:\n* Reducing the number of threads (SET threads=X)\n* Using"
                + " a larger limit (SET memory_limit='X')");
    QueryException lambda =
        of("Binder Error: Deprecated\nUse SET lambda_syntax='X' to revert.\nFor more, see y");

    assertThat(memory.kind()).isEqualTo(Kind.MEMORY);
    assertThat(memory.text())
        .isEqualTo(
            "Out of Memory Error: failed to allocate data of size 16.0 MiB (92.5 MiB/96.0 MiB used)");
    assertThat(lambda.text()).isEqualTo("Binder Error: Deprecated\nFor more, see y");
  }

  @Test
  void shouldCountLinesAsTheCallerDoes() {
    String problem = "Conversion Error: no number 'é'";

    assertThat(of(problem + "\n\nLINE 10: CAST(x)\n         ^^^^").ofCarried(9).text())
        .isEqualTo(problem + "\n\nLINE 9: CAST(x)\n        ^^^^");
    assertThat(of(problem + "\n\nLINE 3: CAST(x)\n        ^^^^").ofCarried(9).text())
        .isEqualTo(problem + "\n\nLINE 2: CAST(x)\n        ^^^^");
  }

  @Test
  void shouldShowNoLineThatIsNotTheCallers() {
    String problem = "Conversion Error: no number";

    assertThat(of(problem + "\n\nLINE 1: SELECT r0\n        ^").ofCarried(1).text())
        .isEqualTo(problem);
    assertThat(of(problem + "\n\nLINE 3: ) AS q(c0)\n        ^").ofCarried(1).text())
        .isEqualTo(problem);
  }

  @Test
  void shouldTakeAFaultOfAFunctionForTheCallers() {
    QueryException function =
        of(
            "INTERNAL Error: Scalar function \"\"||\"\" threw an execution error, but the function is"
                + " not marked as fallible - the function must call SetFallible(). Error: Cannot"
                + " create a string of size: '5368709120'\n\nStack Trace:\n\nx");
    QueryException other = of("INTERNAL Error: Attempted to access index 3");

    assertThat(function.kind()).isEqualTo(Kind.INVALID);
    assertThat(function.text())
        .isEqualTo("Invalid Input Error: Cannot create a string of size: '5368709120'");
    assertThat(other.kind()).isEqualTo(Kind.STORE_FAILED);
  }

  private static QueryException of(String text) {
    return QueryException.of(new SQLException(text));
  }
}
