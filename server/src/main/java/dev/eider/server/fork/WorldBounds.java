package dev.eider.server.fork;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

/**
 * What a world may be at most after a mutation, so that a small patch cannot make a huge one: a
 * patch that copies the whole document into itself doubles it with each operation. Immutable.
 *
 * @param bytesMax the size of the state, as protobuf encodes it
 */
record WorldBounds(long bytesMax) {
  /**
   * How many messages may lie within each other, the Struct itself included. A reader of the
   * turn_start that carries the state has five around it, and parsers bear a hundred.
   */
  static final int NESTING_MAX = 95;

  /**
   * Requires that a state is within the bounds.
   *
   * @throws MutationException saying which is exceeded
   */
  void require(Struct state) throws MutationException {
    requireSize(state.getSerializedSize());
    requireNesting(nesting(state));
  }

  void requireSize(long bytes) throws MutationException {
    if (bytes > bytesMax) {
      throw new MutationException(
          "the state would have " + bytes + " bytes; it may have " + bytesMax);
    }
  }

  void requireNesting(int nesting) throws MutationException {
    if (nesting > NESTING_MAX) {
      throw new MutationException(
          "the state would be nested too deeply: in "
              + nesting
              + " messages of protobuf, where an object takes 3 and a list 2; it may be in "
              + NESTING_MAX);
    }
  }

  /** Requires that an event can carry a patch, or an operation of one. */
  void requireNestingOfPatch(Struct patch) throws MutationException {
    int nesting = nesting(patch);
    if (nesting > NESTING_MAX + 1) {
      throw new MutationException(
          "it is nested too deeply to be recorded: in "
              + nesting
              + " messages of protobuf, where an object takes 3 and a list 2; it may be in "
              + (NESTING_MAX + 1));
    }
  }

  /** Returns how deep messages are nested. Walks all of the value. */
  static int nesting(Value value) {
    int inside =
        switch (value.getKindCase()) {
          case STRUCT_VALUE -> nesting(value.getStructValue());
          case LIST_VALUE ->
              1
                  + value.getListValue().getValuesList().stream()
                      .mapToInt(WorldBounds::nesting)
                      .max()
                      .orElse(0);
          case NULL_VALUE, NUMBER_VALUE, STRING_VALUE, BOOL_VALUE, KIND_NOT_SET -> 0;
        };
    return 1 + inside;
  }

  private static int nesting(Struct struct) {
    int deepest = 0;
    for (Value value : struct.getFieldsMap().values()) {
      // The value lies in an entry of the map.
      deepest = Math.max(deepest, 1 + nesting(value));
    }
    return 1 + deepest;
  }
}
