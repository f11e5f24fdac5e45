package dev.eider.cli;

import dev.eider.server.config.Setting;

/** Words the list of settings below {@code eider serve --help}. Thread-safe. */
final class SettingsHelp {
  private SettingsHelp() {}

  static String text() {
    StringBuilder text = new StringBuilder();
    text.append("%nSettings for --set, with their defaults:%n".formatted());
    append(
        text,
        "durability=fsync",
        "what an acknowledged event survives: fsync a power failure, async the end of the daemon");
    for (Setting setting : Setting.values()) {
      append(
          text,
          setting.key() + "=" + setting.defaultValue(),
          "%s (%d to %d)".formatted(setting.description(), setting.min(), setting.max()));
    }
    return text.toString();
  }

  private static void append(StringBuilder text, String setting, String description) {
    text.append("  %s%n      %s%n".formatted(setting, description));
  }
}
