package dev.eider.server.base;

/** Something that goes on until it is closed. Thread-safe; closing it again does nothing. */
@FunctionalInterface
public interface Registration extends AutoCloseable {
  @Override
  void close();
}
