package jumpvpn.lab.architecture;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/** Rules about source text, which is gone from class files: how long things are, and that every package says what it is. */
final class Sources {
    private Sources() {}

    /** All Java files below {@code folders}; a folder that is not there has none. */
    static List<Path> javaFiles(List<Path> folders) throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path folder : folders) {
            if (Files.isDirectory(folder)) {
                try (Stream<Path> found = Files.walk(folder)) {
                    found.filter(file -> file.toString().endsWith(".java"))
                            .sorted()
                            .forEach(files::add);
                }
            }
        }
        return files;
    }

    /**
     * What is too long, each with file:line.
     *
     * @param classLimit a class of so many lines is too long; Javadoc and imports do not count
     * @param methodLimit a method of so many lines is too long, from its first annotation to its closing brace
     */
    static List<String> tooLong(List<Path> files, int classLimit, int methodLimit) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> found = new ArrayList<>();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null, manager, null, List.of("-proc:none"), null, manager.getJavaFileObjectsFromPaths(files));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                new LengthScanner(unit, positions, classLimit, methodLimit, found).scan(unit, null);
            }
        }
        return found;
    }

    /** The package folders of {@code files} whose package-info.java is missing or lacks {@code @NullMarked}. */
    static List<String> notNullMarked(List<Path> files) throws IOException {
        List<String> found = new ArrayList<>();
        for (Path folder : files.stream()
                .filter(file -> !file.endsWith("module-info.java"))
                .map(Path::getParent)
                .distinct()
                .toList()) {
            Path info = folder.resolve("package-info.java");
            if (!Files.exists(info) || !Files.readString(info).contains("@NullMarked\npackage ")) {
                found.add(info + ": say what the package is for and what it may use, above `@NullMarked`");
            }
        }
        return found;
    }

    private static final class LengthScanner extends TreeScanner<@Nullable Void, @Nullable Void> {
        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final int classLimit;
        private final int methodLimit;
        private final List<String> found;

        LengthScanner(
                CompilationUnitTree unit,
                SourcePositions positions,
                int classLimit,
                int methodLimit,
                List<String> found) {
            this.unit = unit;
            this.positions = positions;
            this.classLimit = classLimit;
            this.methodLimit = methodLimit;
            this.found = found;
        }

        @Override
        public @Nullable Void visitClass(ClassTree type, @Nullable Void unused) {
            measure(type, "class " + type.getSimpleName(), classLimit);
            return super.visitClass(type, unused);
        }

        @Override
        public @Nullable Void visitMethod(MethodTree method, @Nullable Void unused) {
            measure(method, "method " + method.getName(), methodLimit);
            return super.visitMethod(method, unused);
        }

        private void measure(Tree tree, String what, int limit) {
            long first = unit.getLineMap().getLineNumber(positions.getStartPosition(unit, tree));
            long last = unit.getLineMap().getLineNumber(positions.getEndPosition(unit, tree));
            long lines = last - first + 1;
            if (lines >= limit) {
                found.add(unit.getSourceFile().getName() + ":" + first + ": " + what + " has " + lines
                        + " lines, the house keeps below " + limit + "; split it by noun");
            }
        }
    }
}
