package dev.eider.client;

import org.jspecify.annotations.Nullable;

/**
 * The id of a request on the shared stream, by which its answer finds its publisher. Immutable.
 *
 * @param lane the number of the publisher's lane within the client
 * @param attempt the number of rewinds of the lane before the request was sent
 * @param producerSeq the request's first producer seq
 */
record PublishRequestId(long lane, int attempt, long producerSeq) {

  /** Parses the result of {@link #text}; returns null for anything else. */
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
