package jumpvpn.lab.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rules about sources, on all modules, and that they bite. */
class SourcesTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private static final int CLASS_LIMIT = 400;
    private static final int METHOD_LIMIT = 40;

    @TempDir
    private Path folder;

    @Test
    void classesAndMethodsAreShort() throws IOException {
        List<Path> files = Sources.javaFiles(folders("main"));
        assertThat(files).contains(ROOT.resolve("core/src/main/java/jumpvpn/core/net/IpAddress.java"));
        assertThat(Sources.tooLong(files, CLASS_LIMIT, METHOD_LIMIT)).isEmpty();
    }

    /** Methods of tests may be long: a table of cases is one. */
    @Test
    void testClassesAreShort() throws IOException {
        List<Path> files = Sources.javaFiles(folders("test"));
        assertThat(Sources.tooLong(files, CLASS_LIMIT, Integer.MAX_VALUE)).isEmpty();
    }

    @Test
    void everyPackageSaysWhatItIsAndIsNullMarked() throws IOException {
        assertThat(Sources.notNullMarked(Sources.javaFiles(folders("main")))).isEmpty();
    }

    @Test
    void aMethodOfFortyLinesIsFound() throws IOException {
        Path file = write("class A {\n    void fits() {" + "\n".repeat(38) + "    }\n\n    void tooLong() {"
                + "\n".repeat(39) + "    }\n}\n");
        assertThat(Sources.tooLong(List.of(file), CLASS_LIMIT, METHOD_LIMIT))
                .singleElement()
                .asString()
                .contains("A.java:42: method tooLong has 40 lines");
    }

    @Test
    void aClassOfFourHundredLinesIsFound() throws IOException {
        Path file = write("/**" + "\n".repeat(20) + "*/\nclass A {" + "\n".repeat(399) + "}\n");
        assertThat(Sources.tooLong(List.of(file), CLASS_LIMIT, METHOD_LIMIT))
                .singleElement()
                .asString()
                .contains("A.java:22: class A has 400");
        assertThat(Sources.tooLong(List.of(write("class A {" + "\n".repeat(398) + "}\n")), CLASS_LIMIT, METHOD_LIMIT))
                .isEmpty();
    }

    @Test
    void aPackageThatIsNotNullMarkedIsFound() throws IOException {
        List<Path> files = List.of(write("package a;\nclass A {}\n"));
        assertThat(Sources.notNullMarked(files)).hasSize(1);
        Files.writeString(folder.resolve("package-info.java"), "package a;\n");
        assertThat(Sources.notNullMarked(files)).hasSize(1);
        Files.writeString(folder.resolve("package-info.java"), "/** What. */\n@NullMarked\npackage a;\n");
        assertThat(Sources.notNullMarked(files)).isEmpty();
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("A.java"), text);
    }

    private static List<Path> folders(String kind) {
        return Stream.of("core", "node", "lab")
                .map(module -> ROOT.resolve(module + "/src/" + kind + "/java"))
                .toList();
    }
}
