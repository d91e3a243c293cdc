package jumpvpn.lab.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.stream.Stream;

/**
 * A row of the dependency table: the classes of a folder may use themselves and the folders named, nothing else of the project.
 *
 * @param name below the root package; folders inside it belong to it
 * @param mayUse folders, below the root package too
 */
record Folder(String name, List<String> mayUse) {
    /**
     * ARCHITECTURE.md's table. {@code core.net} holds plain values that everybody may use. An adapter may also use what its namesake in core stands on, because that
     * appears in the port that it implements, and {@code node.host}, the machine underneath.
     */
    static final List<Folder> TABLE = List.of(
            row("core.net"),
            row("core.session", "core.net"),
            row("core.security", "core.net"),
            row("core.transport", "core.net"),
            row("core.observability", "core.net", "core.session"),
            row("core.control", "core.net", "core.session", "core.security", "core.transport"),
            row("core.data", "core.net", "core.session", "core.security", "core.transport"),
            row("core.ownership", "core.net", "core.session", "core.security"),
            row("core.agent", allOfCoreExcept("gateway")),
            row("core.gateway", allOfCoreExcept("agent")),
            row("node.host", "core.net", "core.security"),
            row("node.security", "core.net", "core.security", "node.host"),
            row("node.transport", "core.net", "core.transport", "node.host"),
            row("node.data", "core.net", "core.data", "core.session", "core.security", "node.host"),
            row("node.ownership", "core.net", "core.ownership", "core.session", "core.security", "node.host"),
            row("node.observability", "core.net", "core.observability", "core.session", "node.host"),
            row("node.config", "core.net", "core.session", "core.security"),
            row(
                    "node.runtime",
                    "core",
                    "node.config",
                    "node.host",
                    "node.security",
                    "node.transport",
                    "node.data",
                    "node.ownership",
                    "node.observability"),
            row(
                    "node.dashboard",
                    "core",
                    "node.config",
                    "node.host",
                    "node.observability",
                    "node.runtime",
                    "node.security"),
            row("node.app", "core", "node"),
            row("lab.model"),
            row("lab", "core", "node"));

    private static Folder row(String name, String... mayUse) {
        return new Folder(name, List.of(mayUse));
    }

    private static String[] allOfCoreExcept(String other) {
        return Stream.of(
                        "net",
                        "session",
                        "security",
                        "transport",
                        "observability",
                        "control",
                        "data",
                        "ownership",
                        "agent",
                        "gateway")
                .filter(folder -> !folder.equals(other))
                .map(folder -> "core." + folder)
                .toArray(String[]::new);
    }

    /** The package pattern of this folder below {@code root}. */
    String pattern(String root) {
        return root + "." + name + "..";
    }

    /** This row as a rule about the classes below {@code root}; holds for a folder that has no classes yet. */
    ArchRule rule(String root) {
        String[] allowed = Stream.concat(Stream.of(name), mayUse.stream())
                .map(folder -> root + "." + folder + "..")
                .toArray(String[]::new);
        return classes()
                .that()
                .resideInAPackage(pattern(root))
                .should()
                .onlyDependOnClassesThat(resideOutsideOfPackage(root + "..").or(resideInAnyPackage(allowed)))
                .as(name + " may use nothing else of the project than " + mayUse)
                .allowEmptyShould(true);
    }

    @Override
    public String toString() {
        return name;
    }
}
