package dev.eider.bench;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a figure should be, in up to three ways; all that can be judged in this run decide. A factor
 * is a bound on figure / other: at least that much where more is better, at most that much where
 * less is. Immutable; 0 means not given.
 *
 * @param ceiling which of the subjects is the figure's ceiling; empty for none
 * @param ofCeiling the factor to the ceiling
 * @param ofBestPeer the factor to the best of the other stores that makes the same promise over the
 *     network
 * @param absolute what it should be on any machine, where no ratio exists
 */
record Aim(String ceiling, double ofCeiling, double ofBestPeer, double absolute) {

  /** A figure that is only told. */
  static final Aim NONE = new Aim("", 0, 0, 0);

  static Aim told(String ceiling) {
    return new Aim(ceiling, 0, 0, 0);
  }

  static Aim ceiling(String ceiling, double factor) {
    return new Aim(ceiling, factor, 0, 0);
  }

  static Aim absolute(double value) {
    return new Aim("", 0, 0, value);
  }

  Aim peer(double factor) {
    return new Aim(ceiling, ofCeiling, factor, absolute);
  }

  /** In words; empty when there is none. */
  String text(Unit unit) {
    String bound = unit.moreIsBetter() ? ">= " : "<= ";
    StringBuilder text = new StringBuilder();
    if (ofCeiling > 0) {
      text.append(bound).append(factor(ofCeiling)).append(" of ceiling");
    }
    if (ofBestPeer > 0) {
      text.append(text.isEmpty() ? "" : ", ");
      text.append(bound).append(factor(ofBestPeer)).append(" of best peer");
    }
    if (absolute > 0) {
      text.append(bound).append(unit.text(absolute));
    }
    return text.toString();
  }

  private static String factor(double factor) {
    return String.format(Locale.ROOT, "%.2gx", factor);
  }

  /** Whether it is met; empty when nothing of it can be judged. */
  Optional<Boolean> isMet(
      Unit unit, double value, OptionalDouble ceilingValue, OptionalDouble best) {
    Optional<Boolean> met = Optional.empty();
    if (ofCeiling > 0 && ceilingValue.isPresent()) {
      met = Optional.of(within(unit, value, ofCeiling * ceilingValue.getAsDouble()));
    }
    if (ofBestPeer > 0 && best.isPresent()) {
      boolean also = within(unit, value, ofBestPeer * best.getAsDouble());
      met = Optional.of(met.orElse(true) && also);
    }
    if (absolute > 0) {
      met = Optional.of(met.orElse(true) && within(unit, value, absolute));
    }
    return met;
  }

  private static boolean within(Unit unit, double value, double bound) {
    return unit.moreIsBetter() ? value >= bound : value <= bound;
  }
}
