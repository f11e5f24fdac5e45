package dev.eider.bench;

/**
 * One measured number. Immutable.
 *
 * @param name what was measured, the same for everybody it was measured on
 * @param subject whom it was measured on: Eider, another store, or a ceiling
 */
public record Figure(String name, String subject, Unit unit, double value) {}
