package dev.eider.server.store.connection;

/** The state of a store; the connections of a failed or closed one are closing or closed. */
record StoreState(Mode mode, StoreConnections connections) {
  enum Mode {
    OPEN(""),
    FAILED("store is being reopened"),
    CLOSED("store is closed");

    final String refusal;

    Mode(String refusal) {
      this.refusal = refusal;
    }
  }
}
