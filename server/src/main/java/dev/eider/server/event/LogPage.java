package dev.eider.server.event;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of the order of all events. Immutable.
 *
 * @param events the events that match, in order
 * @param last the place of the last of them, null if there are none
 * @param next the place up to which every event that matches has been returned
 * @param isLast whether nothing came after {@code next} when it was read
 * @param passedOver roughly how many events after the last one were looked at without a match
 */
public record LogPage(
    List<SequencedEvent> events,
    @Nullable LogPlace last,
    LogPlace next,
    boolean isLast,
    long passedOver) {}
