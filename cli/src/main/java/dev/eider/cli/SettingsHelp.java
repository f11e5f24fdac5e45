package dev.eider.cli;

import dev.eider.server.config.Setting;
import dev.eider.server.config.Setting.Tier;
import picocli.CommandLine;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Lists settings below the help of {@code eider serve}. Thread-safe. */
final class SettingsHelp {
  static final int WIDTH = 100;
  private static final int KEY_WIDTH = 35;

  /** Adds the settings of a tier, and of those before it, to what a command's help shows. */
  static void addTo(CommandLine command, Tier last) {
    command.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_FOOTER, help -> text(last));
  }

  private static String text(Tier last) {
    StringBuilder text = new StringBuilder();
    line(text, "");
    line(text, "Settings for --set, with their defaults:");
    add(
        text,
        "durability=fsync",
        "what an acknowledged event survives: fsync the loss of power, async the end of the"
            + " daemon");
    addAll(text, Tier.COMMON);
    line(text, "");
    if (last == Tier.COMMON) {
      line(
          text,
          "Memory follows the heap: EIDER_JAVA_OPTS=-Xmx2g doubles it. --help-all lists the rest.");
    } else {
      line(text, "Settings that few have a reason to change:");
      addAll(text, Tier.RARE);
    }
    return text.toString();
  }

  private static void addAll(StringBuilder text, Tier tier) {
    for (Setting setting : Setting.values()) {
      if (setting.tier() == tier) {
        String key = setting.key() + (setting.followsHeap() ? "" : "=" + setting.defaultText());
        String range =
            setting.followsHeap()
                ? " (%s; %d to %d)".formatted(setting.defaultText(), setting.min(), setting.max())
                : " (%d to %d)".formatted(setting.min(), setting.max());
        add(text, key, setting.description() + range);
      }
    }
  }

  /** Adds a setting and its description, in a column of its own, wrapped between words. */
  private static void add(StringBuilder text, String setting, String description) {
    StringBuilder row = new StringBuilder(Facts.pad("  " + setting, KEY_WIDTH)).append("  ");
    int start = row.length();
    for (String word : description.split(" ", -1)) {
      if (row.length() + 1 + word.length() > WIDTH) {
        line(text, row.toString());
        row = new StringBuilder(" ".repeat(KEY_WIDTH + 2));
        start = row.length();
      }
      row.append(row.length() > start ? " " : "").append(word);
    }
    line(text, row.toString());
  }

  private static void line(StringBuilder text, String line) {
    text.append(line.stripTrailing()).append(System.lineSeparator());
  }
}
