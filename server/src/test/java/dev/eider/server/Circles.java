package dev.eider.server;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/** Finds what depends on itself by way of others. */
final class Circles {
  private final Map<String, Set<String>> dependencies = new TreeMap<>();

  private Circles() {}

  /** Returns the circles between packages, whatever lies in which. */
  static List<Set<String>> ofPackages(JavaClasses classes, String house) {
    Circles circles = new Circles();
    for (JavaClass type : classes) {
      circles.add(type, house, JavaClass::getPackageName);
    }
    return circles.find();
  }

  /** Returns the circles between the files of each package; a nested class counts as its outer. */
  static List<Set<String>> ofFiles(JavaClasses classes, String house) {
    Circles circles = new Circles();
    for (JavaClass type : classes) {
      circles.add(type, type.getPackageName(), Circles::file);
    }
    return circles.find();
  }

  /** Returns the name of the outermost class. */
  static String file(JavaClass type) {
    JavaClass outer = type;
    while (outer.getEnclosingClass().isPresent()) {
      outer = outer.getEnclosingClass().get();
    }
    return outer.getName();
  }

  private void add(JavaClass type, String within, Function<JavaClass, String> node) {
    Set<String> targets = dependencies.computeIfAbsent(node.apply(type), key -> new TreeSet<>());
    type.getDirectDependenciesFromSelf().stream()
        .map(dependency -> dependency.getTargetClass().getBaseComponentType())
        .filter(target -> isWithin(target, type, within))
        .map(node)
        .filter(target -> !target.equals(node.apply(type)))
        .forEach(targets::add);
  }

  private static boolean isWithin(JavaClass target, JavaClass type, String within) {
    return within.equals(type.getPackageName())
        ? target.getPackageName().equals(within)
        : target.getPackageName().startsWith(within);
  }

  private List<Set<String>> find() {
    Map<String, Set<String>> reached = new TreeMap<>();
    dependencies.keySet().forEach(node -> reached.put(node, reach(node)));
    Set<Set<String>> circles = new HashSet<>();
    for (String node : dependencies.keySet()) {
      Set<String> circle = new TreeSet<>();
      for (String other : reached.get(node)) {
        if (reached.getOrDefault(other, Set.of()).contains(node)) {
          circle.add(other);
        }
      }
      if (!circle.isEmpty()) {
        circles.add(circle);
      }
    }
    return List.copyOf(circles);
  }

  private Set<String> reach(String from) {
    Set<String> reached = new TreeSet<>();
    Deque<String> open = new ArrayDeque<>(dependencies.get(from));
    while (!open.isEmpty()) {
      String next = open.remove();
      if (reached.add(next)) {
        open.addAll(dependencies.getOrDefault(next, Set.of()));
      }
    }
    return reached;
  }
}
