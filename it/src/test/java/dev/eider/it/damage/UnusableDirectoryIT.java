package dev.eider.it.damage;

import static dev.eider.it.damage.DataFiles.delete;
import static dev.eider.it.damage.DataFiles.write;
import static dev.eider.it.damage.RefusedStart.shouldSay;

import dev.eider.it.Commands;
import dev.eider.it.Daemon;
import dev.eider.it.Need;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A daemon that cannot have its data directory, or finds in it what others left. */
@Timeout(300)
class UnusableDirectoryIT {
  private static Recorded recorded;

  @BeforeAll
  static void record() {
    recorded = Recorded.untrimmed(UnusableDirectoryIT.class);
  }

  @AfterAll
  static void removeFiles() {
    recorded.delete();
  }

  @Test
  void shouldRefuseADirectoryThatIsAFile() {
    DataFiles data = recorded.copy();
    Path file = data.directory().resolve("notes");
    write(file, "what I saw");
    RefusedStart.on(file)
        .shouldSay("the data directory " + file, "is not a directory", "choose another --data-dir");

    delete(data.directory().resolve("log"));
    write(data.directory().resolve("log"), "what I saw");
    shouldSay(data, data.directory().resolve("log") + " is not a directory", "move it away");
  }

  @Test
  void shouldRefuseADirectoryThatAnotherDaemonUses() {
    DataFiles data = recorded.copy();
    try (Daemon daemon = recorded.startOnCopy()) {
      RefusedStart.on(data.directory())
          .shouldSay("is in use by another Eider", "choose another --data-dir");
      recorded.shouldBeWholeIn(daemon);
    }
  }

  @Test
  void shouldRefuseADirectoryThatIsReadOnly() throws Exception {
    DataFiles data = recorded.copy();
    String mount = "mount --bind \"$0\" \"$0\" && mount -o remount,ro,bind \"$0\"";
    Need.that(
        Commands.tryRun("unshare", "-m", "sh", "-c", mount, data.directory().toString()),
        "a read-only data directory: this needs root and unshare");
    Map<String, byte[]> before = data.contents();
    RefusedStart.on(
            data.directory(),
            List.of("unshare", "-m", "sh", "-c", mount + " && exec \"$@\"", dir(data)))
        .shouldSay("the data directory " + data.directory(), "Read-only file system");
    data.shouldBe(before);
  }

  @Test
  void shouldRefuseWhatItMayNotRead() throws Exception {
    Need.that(
        Commands.tryRun("setpriv", "--reuid=65534", "--clear-groups", "true"),
        "files without permission: this needs root and setpriv");
    for (String name : List.of("", "LOCK", "log", "log/00000000000000000000.log")) {
      DataFiles data = recorded.copy();
      forbid(data, name);
      refusedToNobody(data).shouldSay("no permission for " + path(data, name), "change its owner");
    }
    DataFiles data = recorded.copy();
    forbid(data, "events.duckdb");
    refusedToNobody(data).shouldSay(data.database().toString(), "no permission; change the owner");
  }

  @Test
  void shouldNotMindWhatIsInItsTemporaryDirectory() {
    DataFiles data = recorded.copy();
    Path tmp = data.directory().resolve("tmp");
    delete(tmp);
    write(tmp.resolve("duckdb_temp_storage_DEFAULT-0.tmp"), "garbage".repeat(100_000));
    write(tmp.resolve("duckdb_temp_storage_S32K-1.tmp"), "garbage".repeat(100_000));
    write(tmp.resolve("duckdb_temp_block-12.block"), "garbage");
    write(tmp.resolve("notes/what-I-saw"), "garbage");
    try (Daemon daemon = recorded.startOnCopy()) {
      recorded.shouldBeWholeIn(daemon);
    }

    recorded.copy();
    delete(tmp);
    delete(data.directory().resolve("LOCK"));
    try (Daemon daemon = recorded.startOnCopy()) {
      recorded.shouldBeWholeIn(daemon);
    }
  }

  private static RefusedStart refusedToNobody(DataFiles data) {
    Map<String, byte[]> before = data.contents();
    RefusedStart refused =
        RefusedStart.on(
            data.directory(),
            List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
    data.shouldBe(before);
    return refused;
  }

  /** Gives everything to nobody but one file, which only its owner may use. */
  private static void forbid(DataFiles data, String name) throws IOException {
    UserPrincipalLookupService users =
        data.directory().getFileSystem().getUserPrincipalLookupService();
    UserPrincipal nobody = users.lookupPrincipalByName("nobody");
    try (Stream<Path> found = Files.walk(data.directory())) {
      for (Path path : found.toList()) {
        Files.setOwner(path, nobody);
      }
    }
    Path forbidden = path(data, name);
    Files.setOwner(forbidden, users.lookupPrincipalByName("root"));
    Files.setPosixFilePermissions(forbidden, PosixFilePermissions.fromString("rwx------"));
  }

  private static Path path(DataFiles data, String name) {
    return name.isEmpty() ? data.directory() : data.directory().resolve(name);
  }

  private static String dir(DataFiles data) {
    return data.directory().toString();
  }
}
