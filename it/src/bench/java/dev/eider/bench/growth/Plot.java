package dev.eider.bench.growth;

import dev.eider.bench.growth.Curves.Axes;
import dev.eider.bench.growth.Curves.Point;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A drawing of some lines, both axes logarithmic, so that a flat line means constant cost. */
record Plot(Axes axes, Map<String, List<Point>> lines) {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 420;
  private static final int LEFT = 90;
  private static final int RIGHT = WIDTH - 20;
  private static final int TOP = 50;
  private static final int BOTTOM = HEIGHT - 60;
  private static final List<String> COLOURS = List.of("#1b6ca8", "#c2571a", "#2e8540", "#7b3f9e");

  String svg() {
    LogScale x = LogScale.over(points().stream().mapToDouble(Point::x), LEFT, RIGHT);
    LogScale y = LogScale.over(points().stream().mapToDouble(Point::y), BOTTOM, TOP);
    StringBuilder svg = new StringBuilder();
    format(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
            + " font-family=\"sans-serif\" font-size=\"12\" fill=\"#222\">%n",
        WIDTH,
        HEIGHT,
        WIDTH,
        HEIGHT);
    format(svg, "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>%n", WIDTH, HEIGHT);
    text(svg, WIDTH / 2.0, 24, "middle", axes.title(), " font-size=\"15\"");
    grid(svg, x, y);
    int number = 0;
    for (Map.Entry<String, List<Point>> line : lines.entrySet()) {
      line(svg, x, y, line.getValue(), COLOURS.get(number % COLOURS.size()));
      legend(svg, number, line.getKey(), COLOURS.get(number % COLOURS.size()));
      number++;
    }
    return svg.append("</svg>\n").toString();
  }

  private List<Point> points() {
    return lines.values().stream().flatMap(Collection::stream).toList();
  }

  private void grid(StringBuilder svg, LogScale x, LogScale y) {
    for (double decade : x.decades()) {
      stroke(svg, x.at(decade), TOP, x.at(decade), BOTTOM);
      text(svg, x.at(decade), BOTTOM + 18, "middle", LogScale.label(decade), "");
    }
    for (double decade : y.decades()) {
      stroke(svg, LEFT, y.at(decade), RIGHT, y.at(decade));
      text(svg, LEFT - 8, y.at(decade) + 4, "end", LogScale.label(decade), "");
    }
    text(svg, (LEFT + RIGHT) / 2.0, HEIGHT - 18, "middle", axes.x(), "");
    text(svg, 16, TOP - 12, "start", axes.unit().symbol(), "");
  }

  private static void line(
      StringBuilder svg, LogScale x, LogScale y, List<Point> points, String colour) {
    StringBuilder path = new StringBuilder();
    for (Point point : points) {
      if (point.y() > 0) {
        format(path, "%.1f,%.1f ", x.at(point.x()), y.at(point.y()));
        format(
            svg,
            "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\"/>%n",
            x.at(point.x()),
            y.at(point.y()),
            colour);
      }
    }
    format(
        svg,
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>%n",
        path.toString().trim(),
        colour);
  }

  private static void legend(StringBuilder svg, int number, String name, String colour) {
    double y = TOP + 18 + 18 * number;
    format(
        svg,
        "<rect x=\"%d\" y=\"%.1f\" width=\"12\" height=\"4\" fill=\"%s\"/>%n",
        LEFT + 14,
        y - 6,
        colour);
    text(svg, LEFT + 32, y, "start", name, "");
  }

  private static void stroke(StringBuilder svg, double x1, double y1, double x2, double y2) {
    format(
        svg,
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>%n",
        x1,
        y1,
        x2,
        y2);
  }

  private static void text(
      StringBuilder svg, double x, double y, String anchor, String content, String style) {
    format(svg, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>", x, y, anchor, style);
    svg.append(content.replace("&", "&amp;").replace("<", "&lt;")).append("</text>\n");
  }

  private static void format(StringBuilder out, String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values));
  }
}
