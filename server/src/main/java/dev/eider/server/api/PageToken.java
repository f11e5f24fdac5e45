package dev.eider.server.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.eider.server.event.RunId;
import dev.eider.server.run.RunPlace;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A page_token: the place of the last run listed, {@code <create time in us>/<run id>} in URL-safe
 * base64. Immutable.
 *
 * @param place null for the first page
 */
public record PageToken(@Nullable RunPlace place) {

  /** Reads a token; throws INVALID_REQUEST. */
  public static PageToken parse(String token) {
    if (token.isEmpty()) {
      return new PageToken(null);
    }
    try {
      String text = new String(Base64.getUrlDecoder().decode(token), UTF_8);
      int slash = text.indexOf('/');
      long createTimeUs = Long.parseLong(text.substring(0, Math.max(0, slash)));
      String runId = text.substring(slash + 1);
      if (RunId.isValid(runId)) {
        return new PageToken(new RunPlace(createTimeUs, new RunId(runId)));
      }
    } catch (IllegalArgumentException e) {
      // Falls through to the one refusal: what exactly is wrong with it helps nobody.
    }
    throw RequestValidator.invalid("page_token", "is not one that ListRuns gave");
  }

  public String text() {
    RunPlace last = place;
    if (last == null) {
      return "";
    }
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString((last.createTimeUs() + "/" + last.runId()).getBytes(UTF_8));
  }
}
