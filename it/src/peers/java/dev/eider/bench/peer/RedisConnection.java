package dev.eider.bench.peer;

import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisProtocol;

/** A connection whose commands can be sent ahead of the answers. Owned by one thread. */
final class RedisConnection extends Connection {
  private static final int TIMEOUT_MS = 60_000;

  RedisConnection(int port) {
    super(
        new HostAndPort("127.0.0.1", port),
        DefaultJedisClientConfig.builder()
            .socketTimeoutMillis(TIMEOUT_MS)
            .protocol(RedisProtocol.RESP2)
            .build());
  }

  /** Sends what has been written. */
  void push() {
    flush();
  }
}
