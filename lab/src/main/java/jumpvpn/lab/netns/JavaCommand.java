package jumpvpn.lab.netns;

import java.util.ArrayList;
import java.util.List;

/**
 * How to start another program of ours: the same java and the same class path as this process.
 *
 * @param java the java program
 * @param classPath where our classes are
 */
public record JavaCommand(String java, String classPath) {
    /** That of this process. */
    public static JavaCommand current() {
        String java = ProcessHandle.current().info().command().orElse(System.getProperty("java.home") + "/bin/java");
        return new JavaCommand(java, System.getProperty("java.class.path"));
    }

    /**
     * The product's, as its launcher starts it: with the start-up cache, if the launcher has named it ({@code jumpvpn.node.classpath}, {@code jumpvpn.node.aot}), else
     * that of this process.
     */
    public static JavaCommand product() {
        String path = System.getProperty("jumpvpn.node.classpath");
        JavaCommand own = current();
        return path == null ? own : new JavaCommand(own.java, path);
    }

    /** The product's command line; the cache must fit its class path, and without one it starts all the same. */
    public List<String> productLine(String mainClass, List<String> arguments) {
        List<String> line = line(mainClass, arguments);
        String cache = System.getProperty("jumpvpn.node.aot");
        if (cache != null) {
            line.addAll(1, List.of("-XX:AOTCache=" + cache, "-Xlog:aot=off", "-Xlog:cds=off"));
        }
        return line;
    }

    /** The command line for a main class with its arguments; small heap, no parallel collector: several share the machine. */
    public List<String> line(String mainClass, List<String> arguments) {
        List<String> line = new ArrayList<>(List.of(
                java,
                "-XX:+UseSerialGC",
                "-XX:+UseCompactObjectHeaders",
                "-XX:-UsePerfData",
                "-Xms64m",
                "-Xmx64m",
                "-XX:MetaspaceSize=64m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                classPath,
                mainClass));
        line.addAll(arguments);
        return line;
    }
}
