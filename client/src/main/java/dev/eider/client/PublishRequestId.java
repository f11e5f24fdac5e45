package dev.eider.client;

import org.jspecify.annotations.Nullable;

/**
 * What a request on the shared stream is called, so that its answer finds its publisher. Immutable.
 *
 * @param lane the publisher's number within the client
 * @param attempt the publisher's count of rewinds when the request was sent
 * @param producerSeq the request's first producer seq
 */
record PublishRequestId(long lane, int attempt, long producerSeq) {

  /** Reads what {@link #text} wrote; null for anything else. */
  static @Nullable PublishRequestId parse(String text) {
    int first = text.indexOf('.');
    int second = text.indexOf('.', first + 1);
    if (first < 0 || second < 0) {
      return null;
    }
    try {
      return new PublishRequestId(
          Long.parseLong(text, 0, first, 10),
          Integer.parseInt(text, first + 1, second, 10),
          Long.parseLong(text, second + 1, text.length(), 10));
    } catch (NumberFormatException e) {
      return null;
    }
  }

  String text() {
    return lane + "." + attempt + "." + producerSeq;
  }
}
