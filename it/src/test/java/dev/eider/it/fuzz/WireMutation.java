package dev.eider.it.fuzz;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;

/** Damages encoded messages in the ways that parsers get wrong. */
final class WireMutation {
  private WireMutation() {}

  /** One to four mutations, one after the other. */
  static byte[] of(byte[] message, Random random) {
    byte[] mutated = message;
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      mutated = once(mutated, random);
    }
    return mutated;
  }

  static byte[] noise(Random random) {
    byte[] noise = new byte[random.nextInt(random.nextInt(20) == 0 ? 20_000 : 200)];
    random.nextBytes(noise);
    return noise;
  }

  private static byte[] once(byte[] message, Random random) {
    int length = message.length;
    if (length == 0) {
      return noise(random);
    }
    int at = random.nextInt(length);
    byte[] copy = message.clone();
    switch (random.nextInt(9)) {
      case 0 -> copy[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> copy[at] = (byte) random.nextInt(256);
      case 2 -> copy = Arrays.copyOf(message, at);
      // Lengths and tags are small numbers: one more or less is a lie that looks true.
      case 3 -> copy[at] += (byte) (random.nextBoolean() ? 1 : -1);
      // A tag's lowest three bits are its wire type.
      case 4 -> copy[at] = (byte) ((copy[at] & ~7) | random.nextInt(8));
      case 5 -> copy = spliced(message, at, hugeVarint(random));
      case 6 ->
          copy = spliced(message, at, Arrays.copyOfRange(message, at, between(random, at, length)));
      case 7 -> copy = spliced(message, length, groups(random));
      default -> copy = spliced(message, length, message);
    }
    return copy;
  }

  private static int between(Random random, int from, int to) {
    return from + random.nextInt(to - from + 1);
  }

  private static byte[] hugeVarint(Random random) {
    byte[] varint = new byte[1 + random.nextInt(11)];
    Arrays.fill(varint, (byte) 0xff);
    varint[varint.length - 1] = (byte) (random.nextBoolean() ? 0x01 : 0x7f);
    return varint;
  }

  /** Groups within groups, ended or not. */
  private static byte[] groups(Random random) {
    int depth = 1 + random.nextInt(150);
    byte[] groups = new byte[random.nextBoolean() ? 2 * depth : depth];
    Arrays.fill(groups, 0, depth, (byte) 0x7b);
    Arrays.fill(groups, depth, groups.length, (byte) 0x7c);
    return groups;
  }

  private static byte[] spliced(byte[] message, int at, byte[] piece) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(message, 0, at);
    all.writeBytes(piece);
    all.write(message, at, message.length - at);
    return all.toByteArray();
  }
}
