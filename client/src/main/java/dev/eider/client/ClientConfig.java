package dev.eider.client;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * The address of a daemon, and the timeouts and limits of a connection to it. Immutable.
 *
 * @param address {@code host:port}; plaintext
 * @param callDeadline the longest time of a unary call with all its retries, and the longest time
 *     that a publish may go unanswered before its stream is cancelled; default 30 s
 * @param backoffMin the wait before the first retry; default 50 ms. It doubles with each retry, and
 *     jitter takes up to half off.
 * @param backoffMax the longest wait between two retries; default 5 s
 * @param resumeTimeout how long a reader tries to reconnect to an unreachable daemon; default 60 s
 * @param idleTimeout how long a reader waits for any response, notices included, before it treats
 *     the stream as lost; default 60 s. Must be longer than the daemon's heartbeat_ms.
 * @param keepAliveTime how long the connection may be silent before the client pings; default 20 s,
 *     at least 10 s: daemons disconnect a client that pings more often than every 5 s
 * @param keepAliveTimeout how long the daemon may take to answer a ping, and how long connecting
 *     may take; default 10 s
 * @param maxInboundMessageBytes the largest response that is accepted; default 20 MiB
 */
public record ClientConfig(
    String address,
    Duration callDeadline,
    Duration backoffMin,
    Duration backoffMax,
    Duration resumeTimeout,
    Duration idleTimeout,
    Duration keepAliveTime,
    Duration keepAliveTimeout,
    int maxInboundMessageBytes) {
  /** The address at which a daemon listens by default. */
  public static final String DEFAULT_ADDRESS = "localhost:7117";

  private static final Duration KEEP_ALIVE_TIME_MIN = Duration.ofSeconds(10);
  private static final Pattern HOST_AND_PORT = Pattern.compile("[^/\\s]+:\\d{1,5}");

  public ClientConfig {
    if (!HOST_AND_PORT.matcher(address).matches()) {
      throw new IllegalArgumentException("address must be host:port, is '" + address + "'");
    }
    Checks.positive("callDeadline", callDeadline);
    Checks.positive("backoffMin", backoffMin);
    Checks.positive("backoffMax", backoffMax);
    Checks.positive("resumeTimeout", resumeTimeout);
    Checks.positive("idleTimeout", idleTimeout);
    Checks.positive("keepAliveTimeout", keepAliveTimeout);
    if (keepAliveTime.compareTo(KEEP_ALIVE_TIME_MIN) < 0) {
      throw new IllegalArgumentException("keepAliveTime must be at least " + KEEP_ALIVE_TIME_MIN);
    }
    Checks.atLeast("maxInboundMessageBytes", maxInboundMessageBytes, 1 << 20);
    if (backoffMax.compareTo(backoffMin) < 0) {
      throw new IllegalArgumentException("backoffMax must be at least backoffMin " + backoffMin);
    }
  }

  /** Returns the defaults, for a daemon at {@link #DEFAULT_ADDRESS}. */
  public static ClientConfig defaults() {
    return defaults(DEFAULT_ADDRESS);
  }

  /** Returns the defaults, for a daemon at {@code address}. */
  public static ClientConfig defaults(String address) {
    return new ClientConfig(
        address,
        Duration.ofSeconds(30),
        Duration.ofMillis(50),
        Duration.ofSeconds(5),
        Duration.ofSeconds(60),
        Duration.ofSeconds(60),
        Duration.ofSeconds(20),
        Duration.ofSeconds(10),
        20 << 20);
  }

  /** Returns a copy with another deadline for calls. */
  public ClientConfig withCallDeadline(Duration value) {
    return with(draft -> draft.callDeadline = value);
  }

  /** Returns a copy with other bounds for the wait between retries. */
  public ClientConfig withBackoff(Duration min, Duration max) {
    return with(
        draft -> {
          draft.backoffMin = min;
          draft.backoffMax = max;
        });
  }

  /** Returns a copy with another time for readers to reconnect. */
  public ClientConfig withResumeTimeout(Duration value) {
    return with(draft -> draft.resumeTimeout = value);
  }

  /** Returns a copy with another time after which a silent stream counts as lost. */
  public ClientConfig withIdleTimeout(Duration value) {
    return with(draft -> draft.idleTimeout = value);
  }

  /** Returns a copy with other times for keep-alive pings. */
  public ClientConfig withKeepAlive(Duration time, Duration timeout) {
    return with(
        draft -> {
          draft.keepAliveTime = time;
          draft.keepAliveTimeout = timeout;
        });
  }

  /** Returns a copy with another limit on the size of responses. */
  public ClientConfig withMaxInboundMessageBytes(int value) {
    return with(draft -> draft.maxInboundMessageBytes = value);
  }

  private ClientConfig with(Consumer<Draft> change) {
    Draft draft = new Draft();
    change.accept(draft);
    return new ClientConfig(
        address,
        draft.callDeadline,
        draft.backoffMin,
        draft.backoffMax,
        draft.resumeTimeout,
        draft.idleTimeout,
        draft.keepAliveTime,
        draft.keepAliveTimeout,
        draft.maxInboundMessageBytes);
  }

  /** A copy that is being made. */
  private final class Draft {
    Duration callDeadline = ClientConfig.this.callDeadline;
    Duration backoffMin = ClientConfig.this.backoffMin;
    Duration backoffMax = ClientConfig.this.backoffMax;
    Duration resumeTimeout = ClientConfig.this.resumeTimeout;
    Duration idleTimeout = ClientConfig.this.idleTimeout;
    Duration keepAliveTime = ClientConfig.this.keepAliveTime;
    Duration keepAliveTimeout = ClientConfig.this.keepAliveTimeout;
    int maxInboundMessageBytes = ClientConfig.this.maxInboundMessageBytes;
  }
}
