package dev.eider.it.fuzz;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;

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
  private final List<Map.Entry<String, Supplier<byte[]>>> kinds = new ArrayList<>();
  private final Deque<Socket> held = new ArrayDeque<>();

  /**
   * @param heldMax how many connections are left open at a time
   */
  SocketAbuse(String target, Random random, Verdicts verdicts, int heldMax) {
    this.port = Integer.parseInt(target.substring(target.indexOf(':') + 1));
    this.random = random;
    this.verdicts = verdicts;
    this.heldMax = heldMax;
    makeKinds();
  }

  /** Opens one connection and sends something; then closes, resets or keeps it. */
  void once() {
    Map.Entry<String, Supplier<byte[]>> kind = kinds.get(random.nextInt(kinds.size()));
    verdicts.count("socket: " + kind.getKey());
    try {
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setSoTimeout(TIMEOUT_MS);
      send(socket, kind.getValue().get());
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

  private void makeKinds() {
    byte[] preface = Http2.preface();
    byte[] hello = {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3};
    kind("nothing", () -> new byte[0]);
    kind("noise", () -> WireMutation.noise(random));
    kind("HTTP/1.1", () -> "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII));
    kind("TLS hello", () -> Http2.join(hello, noise(500)));
    kind("half a preface", () -> Arrays.copyOf(preface, random.nextInt(24)));
    afterPreface("noise after the preface", () -> WireMutation.noise(random));
    afterPreface(
        "SETTINGS flood",
        () -> Http2.times(2_000, Http2.frame(Http2.SETTINGS, 0, 0, new byte[] {0, 4, 0, 0, 1, 1})));
    afterPreface("PING flood", () -> Http2.times(2_000, Http2.frame(Http2.PING, 0, 0, noise(8))));
    afterPreface("reset flood", () -> resets(1_000));
    afterPreface("huge headers", SocketAbuse::hugeHeaders);
    afterPreface("CONTINUATION flood", SocketAbuse::continuations);
    afterPreface(
        "message with a lying length",
        () -> call(1, Http2.message(0, random.nextInt(), noise(40))));
    afterPreface("compressed without a word", () -> call(1, Http2.message(1, 40, noise(40))));
    afterPreface(
        "window overflow",
        () ->
            Http2.join(
                Http2.call(1, Target.PUBLISH),
                Http2.frame(Http2.WINDOW_UPDATE, 0, 1, WINDOW),
                Http2.frame(Http2.WINDOW_UPDATE, 0, 0, WINDOW)));
    afterPreface("frames on stream 0", () -> call(0, noise(10)));
    afterPreface(
        "frame with a lying length",
        () -> Http2.join(Http2.header(0xffffff, random.nextInt(12), 0, 1), noise(100)));
    afterPreface("half a call", () -> call(1, Http2.message(0, 100, noise(50))));
    afterPreface("random frames", this::randomFrames);
  }

  private void kind(String name, Supplier<byte[]> bytes) {
    kinds.add(Map.entry(name, bytes));
  }

  private void afterPreface(String name, Supplier<byte[]> bytes) {
    kind(name, () -> Http2.join(Http2.preface(), bytes.get()));
  }

  private static byte[] call(int stream, byte[] payload) {
    return Http2.join(
        Http2.call(stream, Target.PUBLISH),
        Http2.frame(Http2.DATA, Http2.END_STREAM, stream, payload));
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
