package dev.eider.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A Markdown file, of which what is between two marks is replaced. */
final class MarkedText {
  static final String BEGIN = "<!-- Written by ./eider bench, up to the next mark. -->\n";
  static final String END = "<!-- End of what ./eider bench writes. -->";

  private MarkedText() {}

  /** Replaces what is between the marks; a file without marks is replaced as a whole. */
  static void write(Path file, String text) throws IOException {
    String old = Files.exists(file) ? Files.readString(file) : "";
    int begin = old.indexOf(BEGIN);
    int end = old.indexOf(END);
    boolean isMarked = begin >= 0 && end > begin;
    Files.writeString(
        file,
        isMarked
            ? old.substring(0, begin + BEGIN.length()) + '\n' + text + '\n' + old.substring(end)
            : text);
  }
}
