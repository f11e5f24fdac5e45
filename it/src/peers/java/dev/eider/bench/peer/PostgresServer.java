package dev.eider.bench.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/**
 * A PostgreSQL cluster of its own in a directory, on loopback, with a password nobody else knows.
 * PostgreSQL does not run as root; then it runs as an unprivileged user, who gets the directory.
 * Owned by one thread; {@link #connect} may be called from any.
 */
final class PostgresServer implements AutoCloseable {
  private static final String SUPERUSER = "bench";

  /**
   * As one would set it up for a machine of this size and many writes: half a GiB of cache,
   * checkpoints seldom and compressed, no replication. What makes a commit durable stays on.
   */
  private static final List<String> SETTINGS =
      List.of(
          "listen_addresses=127.0.0.1",
          "unix_socket_directories=",
          "max_connections=200",
          "fsync=on",
          "synchronous_commit=on",
          "full_page_writes=on",
          "wal_compression=on",
          "wal_level=minimal",
          "max_wal_senders=0",
          "wal_buffers=16MB",
          "max_wal_size=4GB",
          "checkpoint_timeout=15min",
          "shared_buffers=512MB",
          "work_mem=64MB",
          "maintenance_work_mem=128MB",
          "effective_cache_size=2GB",
          "random_page_cost=1.1");

  private final Path programs;
  private final Path directory;
  private final Optional<Installed.User> user;
  private final String password;
  private volatile int port;
  private ServerProcess process;

  /**
   * Makes the cluster; it does not run yet.
   *
   * @param user who runs it; empty for the user of this process
   */
  PostgresServer(Path programs, Path directory, Optional<Installed.User> user) throws Exception {
    this.programs = programs;
    this.directory = directory;
    this.user = user;
    byte[] random = new byte[16];
    new SecureRandom().nextBytes(random);
    this.password = HexFormat.of().formatHex(random);
    initialize();
  }

  private void initialize() throws Exception {
    Files.createDirectories(data());
    Path secret = directory.resolve("password");
    Files.writeString(secret, password, UTF_8);
    if (user.isPresent()) {
      handOver(user.get(), secret);
    }
    List<String> command = new ArrayList<>(List.of(program("initdb"), "-D", data().toString()));
    command.addAll(List.of("-U", SUPERUSER, "--pwfile", secret.toString()));
    command.addAll(List.of("-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync"));
    ServerProcess.run(asUser(command), log());
    Files.delete(secret);
  }

  private void handOver(Installed.User owner, Path secret) throws Exception {
    List<String> chown = List.of("chown", owner.name(), data().toString(), secret.toString());
    ServerProcess.run(chown, log());
    ServerProcess.run(List.of("chmod", "600", secret.toString()), log());
    // A temporary directory lets nobody else pass.
    String parent = directory.toAbsolutePath().getParent().toString();
    ServerProcess.run(List.of("chmod", "o+x", directory.toString(), parent), log());
    List<String> look = new ArrayList<>(owner.prefix());
    look.addAll(List.of("test", "-x", data().toString()));
    try {
      ServerProcess.run(look, log());
    } catch (IllegalStateException closed) {
      throw new IllegalStateException(
          "the user " + owner.name() + " may not enter " + directory + "; choose another", closed);
    }
  }

  /** Starts it on a free port and waits until it serves. */
  void start() throws Exception {
    port = ServerProcess.freePort();
    List<String> command = new ArrayList<>(List.of(program("postgres"), "-D", data().toString()));
    command.addAll(List.of("-c", "port=" + port));
    SETTINGS.forEach(setting -> command.addAll(List.of("-c", setting)));
    // INT lets it checkpoint and end its sessions; QUIT ends it at once, and frees what is shared.
    process =
        ServerProcess.start(
            asUser(command), log(), new ServerProcess.Signals("INT", "QUIT"), this::answers);
  }

  private boolean answers() throws SQLException {
    try (Connection connection = connect()) {
      return connection.isValid(5);
    }
  }

  /** Opens a connection, whose answers come in binary from the first time a statement is used. */
  Connection connect() throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", SUPERUSER);
    properties.setProperty("password", password);
    properties.setProperty("prepareThreshold", "-1");
    properties.setProperty("tcpKeepAlive", "true");
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + port + "/postgres", properties);
  }

  private List<String> asUser(List<String> command) {
    List<String> whole = new ArrayList<>(user.map(Installed.User::prefix).orElse(List.of()));
    whole.addAll(command);
    return whole;
  }

  private String program(String name) {
    return programs.resolve(name).toString();
  }

  Path data() {
    return directory.resolve("data");
  }

  private Path log() {
    return directory.resolve("postgres.log");
  }

  void stop() throws InterruptedException {
    process.stop();
  }

  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
  }
}
