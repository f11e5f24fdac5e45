package dev.eider.cli;

import picocli.CommandLine.IVersionProvider;

/** Names the build. Thread-safe. */
final class Version implements IVersionProvider {
  /** Reads the jar's manifest; classes that come from no jar have no version. */
  static String number() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "(unpackaged)" : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {"eider " + number() + ", Java " + Runtime.version()};
  }
}
