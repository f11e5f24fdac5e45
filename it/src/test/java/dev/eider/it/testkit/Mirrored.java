package dev.eider.it.testkit;

import dev.eider.it.testkit.History.Place;
import java.util.List;
import java.util.function.Predicate;

/**
 * What a reader of all runs has, in the order in which it came. Immutable.
 *
 * @param places the events
 * @param isWhole whether it read to the end of the log, else it has a beginning
 * @param selects the places that it asked for
 */
public record Mirrored(String name, List<Place> places, boolean isWhole, Predicate<Place> selects) {
  public Mirrored {
    places = List.copyOf(places);
  }
}
