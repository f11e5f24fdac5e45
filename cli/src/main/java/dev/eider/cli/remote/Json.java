package dev.eider.cli.remote;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Messages as JSON on one line, and back. Thread-safe. */
final class Json {
  private static final JsonFormat.Printer WHOLE =
      JsonFormat.printer()
          .preservingProtoFieldNames()
          .omittingInsignificantWhitespace()
          .alwaysPrintFieldsWithNoPresence();

  private static final JsonFormat.Printer BRIEF =
      JsonFormat.printer().preservingProtoFieldNames().omittingInsignificantWhitespace();

  /** Every field, for programs. */
  static String whole(MessageOrBuilder message) {
    return print(WHOLE, message);
  }

  /** Only what is set, for people. */
  static String brief(MessageOrBuilder message) {
    return print(BRIEF, message);
  }

  /** A text as a JSON string. */
  static String text(String text) {
    return print(WHOLE, Value.newBuilder().setStringValue(text));
  }

  /** Fills a message from an option's text; throws ParameterException if it is not JSON for it. */
  static <B extends Message.Builder> B parse(CommandSpec spec, String option, String text, B into) {
    try {
      JsonFormat.parser().merge(text, into);
      return into;
    } catch (InvalidProtocolBufferException e) {
      throw new ParameterException(
          spec.commandLine(), "Invalid value for option '" + option + "': " + e.getMessage(), e);
    }
  }

  private static String print(JsonFormat.Printer printer, MessageOrBuilder message) {
    try {
      return printer.print(message);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("the message has no JSON form", e);
    }
  }
}
