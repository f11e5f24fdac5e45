package dev.eider.it.fuzz;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;

/**
 * Connections that are no gRPC, or gRPC gone wrong, below any library. Some are left open for a
 * while, and some of those send a byte now and then. Confined to one thread.
 */
final class SocketAbuse implements AutoCloseable {
  private static final int TIMEOUT_MS = 5_000;
  private static final byte[] WINDOW = {0x7f, -1, -1, -1};
  private static final byte[] CANCEL = {0, 0, 0, 8};

  private final int port;
  private final Random random;
  private final Verdicts verdicts;
  private final int heldMax;
  private final Deque<Socket> held = new ArrayDeque<>();

  /**
   * @param heldMax how many connections are left open at a time
   */
  SocketAbuse(String target, Random random, Verdicts verdicts, int heldMax) {
    this.port = Integer.parseInt(target.substring(target.indexOf(':') + 1));
    this.random = random;
    this.verdicts = verdicts;
    this.heldMax = heldMax;
  }

  /** Opens one connection and sends something; then closes, resets or keeps it. */
  void once() {
    int kind = random.nextInt(NAMES.length);
    verdicts.count("socket: " + NAMES[kind]);
    try {
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setSoTimeout(TIMEOUT_MS);
      send(socket, bytes(kind));
      leave(socket);
    } catch (IOException e) {
      throw new UncheckedIOException("the daemon takes no connections", e);
    }
  }

  /** Each connection that is kept sends one byte more. */
  void trickle() {
    held.forEach(socket -> send(socket, new byte[] {'P'}));
  }

  private static void send(Socket socket, byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException theDaemonHasClosedIt) {
      // As it may.
    }
  }

  private void leave(Socket socket) throws IOException {
    switch (random.nextInt(4)) {
      case 0 -> socket.close();
      case 1 -> {
        socket.setSoLinger(true, 0);
        socket.close();
      }
      case 2 -> {
        socket.shutdownOutput();
        hold(socket);
      }
      default -> hold(socket);
    }
  }

  private void hold(Socket socket) throws IOException {
    held.add(socket);
    if (held.size() > heldMax) {
      held.remove().close();
    }
  }

  private static final String[] NAMES = {
    "nothing",
    "noise",
    "HTTP/1.1",
    "TLS hello",
    "half a preface",
    "noise after the preface",
    "SETTINGS flood",
    "PING flood",
    "reset flood",
    "huge headers",
    "CONTINUATION flood",
    "message with a lying length",
    "compressed without a word",
    "window overflow",
    "frames on stream 0",
    "frame with a lying length",
    "half a call",
    "random frames"
  };

  private byte[] bytes(int kind) {
    byte[] preface = Http2.preface();
    return switch (kind) {
      case 0 -> new byte[0];
      case 1 -> WireMutation.noise(random);
      case 2 -> "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII);
      case 3 -> Http2.join(new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3}, noise(500));
      case 4 -> java.util.Arrays.copyOf(preface, random.nextInt(24));
      case 5 -> Http2.join(preface, WireMutation.noise(random));
      case 6 ->
          Http2.join(
              preface,
              Http2.times(2_000, Http2.frame(Http2.SETTINGS, 0, 0, new byte[] {0, 4, 0, 0, 1, 1})));
      case 7 -> Http2.join(preface, Http2.times(2_000, Http2.frame(Http2.PING, 0, 0, noise(8))));
      case 8 -> Http2.join(preface, resets(1_000));
      case 9 -> Http2.join(preface, hugeHeaders());
      case 10 -> Http2.join(preface, continuations());
      case 11 ->
          Http2.join(preface, call(1), data(1, Http2.message(0, random.nextInt(), noise(40))));
      case 12 -> Http2.join(preface, call(1), data(1, Http2.message(1, 40, noise(40))));
      case 13 ->
          Http2.join(
              preface,
              call(1),
              Http2.frame(Http2.WINDOW_UPDATE, 0, 1, WINDOW),
              Http2.frame(Http2.WINDOW_UPDATE, 0, 0, WINDOW));
      case 14 -> Http2.join(preface, call(0), data(0, noise(10)));
      case 15 -> Http2.join(preface, Http2.header(0xffffff, random.nextInt(12), 0, 1), noise(100));
      case 16 -> Http2.join(preface, call(1), data(1, Http2.message(0, 100, noise(50))));
      default -> Http2.join(preface, randomFrames());
    };
  }

  private static byte[] call(int stream) {
    return Http2.call(stream, Target.PUBLISH);
  }

  private static byte[] data(int stream, byte[] payload) {
    return Http2.frame(Http2.DATA, Http2.END_STREAM, stream, payload);
  }

  private byte[] resets(int count) {
    byte[][] calls = new byte[2 * count][];
    for (int i = 0; i < count; i++) {
      calls[2 * i] = Http2.call(2 * i + 1, random.nextBoolean() ? Target.PUBLISH : "no/Such");
      calls[2 * i + 1] = Http2.frame(Http2.RST_STREAM, 0, 2 * i + 1, CANCEL);
    }
    return Http2.join(calls);
  }

  private static byte[] hugeHeaders() {
    return Http2.frame(
        Http2.HEADERS, Http2.END_HEADERS, 1, Http2.literal("x-huge", "h".repeat(16_000)));
  }

  private static byte[] continuations() {
    return Http2.join(
        Http2.frame(Http2.HEADERS, 0, 1, Http2.literal("x", "y")),
        Http2.times(
            500, Http2.frame(Http2.CONTINUATION, 0, 1, Http2.literal("x", "z".repeat(1_000)))));
  }

  private byte[] randomFrames() {
    byte[][] frames = new byte[20][];
    for (int i = 0; i < frames.length; i++) {
      frames[i] =
          Http2.frame(
              random.nextInt(11),
              random.nextInt(256),
              random.nextInt(5),
              noise(random.nextInt(40)));
    }
    return Http2.join(frames);
  }

  private byte[] noise(int length) {
    byte[] noise = new byte[length];
    random.nextBytes(noise);
    return noise;
  }

  @Override
  public void close() {
    for (Socket socket : held) {
      try {
        socket.close();
      } catch (IOException alreadyGone) {
        // As it may be.
      }
    }
    held.clear();
  }
}
