package jumpvpn.lab.netns;

import java.util.ArrayList;
import java.util.List;

/**
 * How to start another program of ours: the same java and the same class path as this process.
 *
 * @param java the java program
 * @param classPath where our classes are
 */
record JavaCommand(String java, String classPath) {
    /** That of this process. */
    static JavaCommand current() {
        String java = ProcessHandle.current().info().command().orElse(System.getProperty("java.home") + "/bin/java");
        return new JavaCommand(java, System.getProperty("java.class.path"));
    }

    /** The command line for a main class with its arguments; small heap, no parallel collector: several share the machine. */
    List<String> line(String mainClass, List<String> arguments) {
        List<String> line = new ArrayList<>(List.of(
                java,
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-Xms64m",
                "-Xmx64m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath,
                mainClass));
        line.addAll(arguments);
        return line;
    }
}
