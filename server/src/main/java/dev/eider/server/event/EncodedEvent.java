package dev.eider.server.event;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.eider.v1.Event;

/**
 * An event encoded once, with what the broker needs to know of it without decoding it again.
 * Immutable: {@code bytes} and {@code hash} are never written to.
 *
 * @param kind see {@link EventKind}
 * @param costUsd the price of an llm_response; 0 for every other kind
 * @param bytes the encoded {@code eider.v1.Event}, as every reader gets it
 * @param hash {@link RunDigest#hash} of the bytes
 */
@SuppressWarnings(
    "ArrayRecordComponent") // compared by identity only; copying each event's bytes would cost
public record EncodedEvent(
    String kind, String agentId, int t, double costUsd, byte[] bytes, byte[] hash) {

  /** Encodes an event that has been checked and completed. */
  public static EncodedEvent of(Event event) {
    byte[] bytes = event.toByteArray();
    double costUsd = event.hasLlmResponse() ? event.getLlmResponse().getCostUsd() : 0;
    return new EncodedEvent(
        EventKind.of(event),
        event.getAgentId(),
        event.getT(),
        costUsd,
        bytes,
        RunDigest.hash(bytes));
  }

  /** Reads an event from its encoding; throws IllegalArgumentException if it is none. */
  public static EncodedEvent decode(byte[] bytes) {
    EventScan scan = EventScan.of(bytes);
    return new EncodedEvent(
        scan.kind, scan.agentId, scan.t, scan.costUsd, bytes, RunDigest.hash(bytes));
  }

  /** Parses an encoded event; throws IllegalArgumentException if it is none. */
  public static Event parse(byte[] bytes) {
    try {
      return Event.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("not an encoded event: " + e.getMessage(), e);
    }
  }

  /**
   * Parses a stored event; throws IllegalArgumentException if it is none.
   *
   * <p>A build that did not know a field stored whatever it held. If that is nothing that the field
   * can be now, the event has no attributes and no payload, as one of a kind that is unknown; its
   * bytes are what they were.
   */
  public static Event parseStored(byte[] bytes) {
    try {
      return Event.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      return EventScan.header(bytes);
    }
  }
}
