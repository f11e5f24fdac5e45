package dev.eider.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.eider.bench.wire.EiderPeer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Everything a run has to say, as text, Markdown and JSON. Owned by one thread. */
final class Report {
  private final Map<String, String> environment;
  private final Results results;
  private final List<PeerPromise> peers;

  Report(Map<String, String> environment, Results results, List<PeerPromise> peers) {
    this.environment = environment;
    this.results = results;
    this.peers = peers;
  }

  /** The tables with what they were measured on, for a terminal. */
  String text() {
    StringBuilder text = new StringBuilder();
    environment.forEach((name, value) -> text.append(name).append(": ").append(value).append('\n'));
    tables().forEach(table -> text.append('\n').append(table.text()));
    return text.toString();
  }

  String markdown() {
    StringBuilder text = new StringBuilder("Measured on:\n\n");
    environment.forEach(
        (name, value) -> text.append("- ").append(name).append(": ").append(value).append('\n'));
    tables().forEach(table -> text.append('\n').append(table.markdown()));
    return text.toString();
  }

  private List<Table> tables() {
    List<List<String>> rows = Row.of(results, peers).stream().map(Row::cells).toList();
    List<Table> tables = new ArrayList<>(List.of(new Table(Row.HEAD.cells(), rows)));
    Table others = others();
    if (!others.rows().isEmpty()) {
      tables.add(others);
    }
    if (!peers.isEmpty()) {
      List<List<String>> promises = new ArrayList<>();
      peers.forEach(peer -> promises.add(List.of(peer.name(), peer.durability())));
      tables.add(new Table(List.of("store", "what its acknowledgement means"), promises));
    }
    return tables;
  }

  /** Every figure that is not Eider's own. */
  private Table others() {
    List<List<String>> rows = new ArrayList<>();
    for (String name : results.names()) {
      for (String subject : results.subjects(name)) {
        if (!subject.equals(EiderPeer.NAME)) {
          double value = results.median(name, subject).orElseThrow();
          rows.add(List.of(name, subject, results.unit(name).text(value)));
        }
      }
    }
    return new Table(List.of("measure", "ceiling or peer", "figure"), rows);
  }

  void writeJson(Path file) {
    try (JsonGenerator json =
        new JsonFactory()
            .createGenerator(Files.newBufferedWriter(file))
            .useDefaultPrettyPrinter()) {
      json.writeStartObject();
      json.writeObjectFieldStart("environment");
      for (Map.Entry<String, String> fact : environment.entrySet()) {
        json.writeStringField(fact.getKey(), fact.getValue());
      }
      json.writeEndObject();
      json.writeArrayFieldStart("figures");
      for (String name : results.names()) {
        for (String subject : results.subjects(name)) {
          writeFigure(json, name, subject);
        }
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void writeFigure(JsonGenerator json, String name, String subject) throws IOException {
    json.writeStartObject();
    json.writeStringField("measure", name);
    json.writeStringField("subject", subject);
    json.writeStringField("unit", results.unit(name).symbol());
    json.writeNumberField("median", results.median(name, subject).orElseThrow());
    json.writeArrayFieldStart("rounds");
    for (double value : results.rounds(name, subject)) {
      json.writeNumber(value);
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
