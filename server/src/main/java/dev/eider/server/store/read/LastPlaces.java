package dev.eider.server.store.read;

import dev.eider.server.store.ColdReader.EventPlace;
import dev.eider.server.store.ColdReader.PageQuery;
import dev.eider.server.store.sql.SqlParameters;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Finds the last events of a run that a filter passes, from narrow columns only. */
final class LastPlaces {
  private LastPlaces() {}

  /**
   * Returns their places, the last one first.
   *
   * @param table events or kept_events
   */
  static List<EventPlace> read(Connection connection, String table, PageQuery query)
      throws SQLException {
    SqlParameters sql = EventPages.selected("SELECT seq, position", table, query);
    sql.add("ORDER BY seq DESC LIMIT ?", query.eventsMax());
    List<EventPlace> places = new ArrayList<>();
    try (PreparedStatement statement = sql.prepare(connection);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        places.add(new EventPlace(rows.getLong(1), rows.getLong(2)));
      }
    }
    return places;
  }
}
