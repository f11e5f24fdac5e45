package dev.eider.server;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * The shape of one Java file, as the compiler's parser sees it; names are not resolved. A method's
 * lines run from its signature to its closing brace, javadoc and annotations left out. Immutable.
 */
record SourceFile(
    Path path, int lines, List<String> typeNames, List<Method> methods, boolean sleeps) {

  record Method(String name, int lines, boolean isTest) {}

  static List<SourceFile> parse(List<Path> paths) throws IOException {
    if (paths.isEmpty()) {
      return List.of();
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<SourceFile> files = new ArrayList<>();
    try (StandardJavaFileManager sources = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null, sources, null, null, null, sources.getJavaFileObjectsFromPaths(paths));
      SourcePositions positions = Trees.instance(task).getSourcePositions();
      for (CompilationUnitTree unit : task.parse()) {
        files.add(of(unit, positions));
      }
    }
    return files;
  }

  private static SourceFile of(CompilationUnitTree unit, SourcePositions positions)
      throws IOException {
    Path path = Path.of(unit.getSourceFile().toUri());
    int lines = Files.readAllLines(path).size();
    Shape shape = new Shape(unit, positions);
    shape.scan(unit, null);
    return new SourceFile(
        path, lines, List.copyOf(shape.typeNames), List.copyOf(shape.methods), shape.sleeps);
  }

  /** Collects while it walks the tree. */
  private static final class Shape extends TreeScanner<@Nullable Void, @Nullable Void> {
    private final CompilationUnitTree unit;
    private final SourcePositions positions;
    private final List<String> typeNames = new ArrayList<>();
    private final List<Method> methods = new ArrayList<>();
    private boolean sleeps;

    Shape(CompilationUnitTree unit, SourcePositions positions) {
      this.unit = unit;
      this.positions = positions;
    }

    @Override
    public @Nullable Void visitClass(ClassTree type, @Nullable Void unused) {
      typeNames.add(type.getSimpleName().toString());
      return super.visitClass(type, unused);
    }

    @Override
    public @Nullable Void visitMethod(MethodTree method, @Nullable Void unused) {
      methods.add(new Method(method.getName().toString(), linesOf(method), isTest(method)));
      return super.visitMethod(method, unused);
    }

    @Override
    public @Nullable Void visitMemberSelect(MemberSelectTree select, @Nullable Void unused) {
      String text = select.toString();
      sleeps |= text.endsWith("Thread.sleep") || text.matches("(TimeUnit\\.)?[A-Z]+\\.sleep");
      return super.visitMemberSelect(select, unused);
    }

    private int linesOf(MethodTree method) {
      LineMap map = unit.getLineMap();
      long start = positions.getStartPosition(unit, method);
      long afterAnnotations = positions.getEndPosition(unit, method.getModifiers());
      long end = positions.getEndPosition(unit, method);
      if (end < 0) {
        return 0; // made by the compiler
      }
      long first = map.getLineNumber(Math.max(start, afterAnnotations));
      return (int) (map.getLineNumber(end) - first + 1);
    }

    private static boolean isTest(MethodTree method) {
      for (AnnotationTree annotation : method.getModifiers().getAnnotations()) {
        String name = annotation.getAnnotationType().toString();
        if (name.endsWith("Test") || name.endsWith("TestFactory")) {
          return true;
        }
      }
      return false;
    }
  }
}
