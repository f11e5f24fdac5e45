package dev.eider.cli.arena;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.eider.v1.WorldStateSnapshot;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Writes a world as a snapshot and reads it back, whole. Players are keyed by name, so that a merge
 * patch can reach one of them. Thread-safe.
 */
public final class Snapshots {
  private Snapshots() {}

  /** Writes a world. */
  public static WorldStateSnapshot write(World world) {
    Struct.Builder prospectors = Struct.newBuilder();
    for (Prospector prospector : world.prospectors().values()) {
      prospectors.putFields(prospector.name(), structValue(writeProspector(prospector)));
    }
    ListValue.Builder nuggets = ListValue.newBuilder();
    for (Map.Entry<Cell, Integer> nugget : world.nuggets().entrySet()) {
      nuggets.addValues(
          structValue(
              writeCell(nugget.getKey()).putFields("worth", number(nugget.getValue())).build()));
    }
    Struct state =
        Struct.newBuilder()
            .putFields("seed", number(world.seed()))
            .putFields("turn", number(world.turn()))
            .putFields("width", number(world.width()))
            .putFields("height", number(world.height()))
            .putFields("prospectors", structValue(prospectors.build()))
            .putFields("nuggets", Value.newBuilder().setListValue(nuggets).build())
            .build();
    return WorldStateSnapshot.newBuilder().setState(state).build();
  }

  /** Reads a world; throws IllegalArgumentException if the snapshot makes none. */
  public static World read(WorldStateSnapshot snapshot) {
    Struct state = snapshot.getState();
    SortedMap<String, Prospector> prospectors = new TreeMap<>();
    field(state, "prospectors")
        .getStructValue()
        .getFieldsMap()
        .forEach((name, value) -> prospectors.put(name, readProspector(name, value)));
    SortedMap<Cell, Integer> nuggets = new TreeMap<>();
    for (Value value : field(state, "nuggets").getListValue().getValuesList()) {
      Struct nugget = value.getStructValue();
      nuggets.put(readCell(nugget), integer(nugget, "worth"));
    }
    return new World(
        integer(state, "seed"),
        integer(state, "turn"),
        integer(state, "width"),
        integer(state, "height"),
        prospectors,
        nuggets);
  }

  static Struct.Builder writeCell(Cell cell) {
    return Struct.newBuilder().putFields("x", number(cell.x())).putFields("y", number(cell.y()));
  }

  static Value number(double value) {
    return Value.newBuilder().setNumberValue(value).build();
  }

  static Value text(String value) {
    return Value.newBuilder().setStringValue(value).build();
  }

  private static Struct writeProspector(Prospector prospector) {
    return writeCell(prospector.cell())
        .putFields("gold", number(prospector.gold()))
        .putFields("speed", number(prospector.speed()))
        .build();
  }

  private static Prospector readProspector(String name, Value value) {
    Struct fields = value.getStructValue();
    return new Prospector(
        name, readCell(fields), integer(fields, "gold"), integer(fields, "speed"));
  }

  private static Cell readCell(Struct fields) {
    return new Cell(integer(fields, "x"), integer(fields, "y"));
  }

  private static int integer(Struct fields, String name) {
    Value value = field(fields, name);
    double number = value.getNumberValue();
    if (!value.hasNumberValue() || number != Math.rint(number) || Math.abs(number) > 1e9) {
      throw new IllegalArgumentException("\"" + name + "\" in the snapshot is no whole number");
    }
    return (int) number;
  }

  private static Value field(Struct fields, String name) {
    Value value = fields.getFieldsMap().get(name);
    if (value == null) {
      throw new IllegalArgumentException("the snapshot has no \"" + name + "\"");
    }
    return value;
  }

  private static Value structValue(Struct struct) {
    return Value.newBuilder().setStructValue(struct).build();
  }
}
