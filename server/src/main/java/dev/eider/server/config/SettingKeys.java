package dev.eider.server.config;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds settings by their keys, and helps those who name one that is not there. */
final class SettingKeys {
  /** The key of the one setting that is no number. */
  static final String DURABILITY = "durability";

  private static final int SLIPS_MAX = 3;
  private static final String OF_HEAP = "it is a share of the heap, so change -Xmx";

  /** Settings of earlier builds, and what took their place. */
  private static final Map<String, String> GONE =
      Map.of(
          "calls-max", OF_HEAP,
          "inbound-bytes-max", OF_HEAP,
          "page-cache-bytes-max", OF_HEAP,
          "persist-batch-bytes-max", "it is always " + ServerConfig.PERSIST_BATCH_BYTES_MAX,
          "queue-bytes-max", OF_HEAP,
          "diffs-max", "it is always " + ServerConfig.DIFFS_MAX,
          "transfer-memory-bytes-max", "it is half of store-memory-bytes-max, so change that");

  /** Returns the setting with a key, or throws IllegalArgumentException with what may be meant. */
  static Setting find(String key) {
    for (Setting setting : Setting.values()) {
      if (setting.key().equals(key)) {
        return setting;
      }
    }
    String replacement = GONE.get(key);
    if (replacement != null) {
      throw new IllegalArgumentException(key + " is no setting any more: " + replacement);
    }
    throw new IllegalArgumentException(
        "there is no setting %s%s"
            .formatted(key, nearest(key).map(near -> "; did you mean " + near + "?").orElse("")));
  }

  /** Returns the key that is a few slips away, or the first that begins alike. */
  private static Optional<String> nearest(String key) {
    return keys()
        .filter(near -> slips(key, near) <= SLIPS_MAX)
        .min(Comparator.comparingInt(near -> slips(key, near)))
        .or(() -> keys().filter(near -> !key.isEmpty() && near.startsWith(key)).findFirst());
  }

  private static Stream<String> keys() {
    return Stream.concat(Stream.of(DURABILITY), Arrays.stream(Setting.values()).map(Setting::key));
  }

  /** Counts the characters to be put in, taken out or changed to make one text of the other. */
  private static int slips(String one, String other) {
    int[] before = new int[other.length() + 1];
    Arrays.setAll(before, i -> i);
    for (int i = 0; i < one.length(); i++) {
      int[] now = new int[before.length];
      now[0] = i + 1;
      for (int j = 0; j < other.length(); j++) {
        int changed = before[j] + (one.charAt(i) == other.charAt(j) ? 0 : 1);
        now[j + 1] = Math.min(changed, 1 + Math.min(before[j + 1], now[j]));
      }
      before = now;
    }
    return before[other.length()];
  }
}
