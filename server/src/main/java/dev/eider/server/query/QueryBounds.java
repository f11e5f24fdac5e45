package dev.eider.server.query;

/**
 * What queries may take. Immutable.
 *
 * @param concurrentMax how many run at a time
 * @param msMax longest time of one, in milliseconds
 * @param rowsMax most rows of one
 * @param memoryBytesMax what all of DuckDB may use, for messages
 */
public record QueryBounds(int concurrentMax, long msMax, long rowsMax, long memoryBytesMax) {
  long timeoutMs(Question question) {
    return question.timeoutMs() == 0 ? msMax : Math.min(msMax, question.timeoutMs());
  }

  long rowsMax(Question question) {
    return question.rowsMax() == 0 ? rowsMax : Math.min(rowsMax, question.rowsMax());
  }
}
