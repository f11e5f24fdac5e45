package dev.eider.it;

import io.grpc.Status;
import java.util.List;
import java.util.function.Consumer;

/**
 * One request that must be refused. Immutable.
 *
 * @param name what the report shows
 * @param field what BadRequest must name; empty when no field is at fault
 * @param facts what the message or the metadata must hold, such as the number of a limit
 */
record BadInput(
    String name,
    Consumer<Daemon> call,
    Status.Code code,
    String reason,
    String field,
    List<String> facts) {

  static BadInput invalid(
      String name, Consumer<Daemon> call, String reason, String field, String... facts) {
    return new BadInput(name, call, Status.Code.INVALID_ARGUMENT, reason, field, List.of(facts));
  }

  static BadInput refused(
      String name, Consumer<Daemon> call, Status.Code code, String reason, String... facts) {
    return new BadInput(name, call, code, reason, "", List.of(facts));
  }

  @Override
  public String toString() {
    return name;
  }
}
