package dev.eider.server.store.sql;

/**
 * A column of a query's answer. Immutable.
 *
 * @param type DuckDB's name of its type
 */
public record SqlColumn(String name, String type) {}
