package jumpvpn.lab.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each rule finds the violation that was planted for it, and leaves alone what is allowed. */
class RulesBiteTest {
    private static final String ROOT = "jumpvpn.lab.architecture.planted";
    private static final JavaClasses PLANTED = new ClassFileImporter().importPackages(ROOT);

    static List<String> impureMethods() throws ClassNotFoundException {
        return Arrays.stream(Class.forName(ROOT + ".core.session.Impure").getDeclaredMethods())
                .filter(method -> !method.isSynthetic())
                .map(method -> "Impure." + method.getName() + "(")
                .toList();
    }

    @ParameterizedTest
    @MethodSource("impureMethods")
    void whatTheCoreMustNotDoIsFound(String method) {
        assertThat(violations(Rules.coreIsPure(ROOT))).anyMatch(line -> line.contains(method));
    }

    @Test
    void whatTheCoreMayDoIsLeftAlone() {
        assertThat(violations(Rules.coreIsPure(ROOT))).noneMatch(line -> line.contains(".Pure."));
    }

    @Test
    void theTableSeparatesAgentAndGateway() {
        assertThat(violationsOf("core.agent")).anyMatch(uses("UsesGateway", "UsesAgent"));
        assertThat(violationsOf("core.gateway"))
                .anyMatch(uses("UsesAgent", "UsesGateway"))
                .noneMatch(line -> line.contains("type <" + ROOT + ".core.net.Value>"));
    }

    @Test
    void theTableKeepsDependenciesPointingInward() {
        assertThat(violationsOf("core.session")).anyMatch(uses("UsesGateway", "UsesAgent"));
        assertThat(violationsOf("core.gateway"))
                .anyMatch(uses("UsesAgent", "Simulation"))
                .anyMatch(uses("UsesAgent", "LinkManager"));
        assertThat(violationsOf("lab.model")).anyMatch(uses("UsesCore", "Value"));
    }

    @Test
    void adaptersAreKeptApart() {
        assertThat(violationsOf("node.data")).anyMatch(uses("UsesUdp", "Udp"));
        assertThat(violationsOf("node.transport")).isEmpty();
        assertThat(violations(Rules.adaptersStandAlone(ROOT, "transport"))).anyMatch(uses("UsesUdp", "Udp"));
    }

    @Test
    void aFaultThatTheProductPlantsIsFound() {
        assertThat(violations(Rules.onlyLabPlantsFaults(ROOT))).anyMatch(uses("PlantsFault", "Fault"));
    }

    @Test
    void aNameThatSaysNothingIsFound() {
        assertThat(violations(Rules.namesSayWhatItIs(ROOT)))
                .singleElement()
                .asString()
                .contains("LinkManager");
    }

    private static Predicate<String> uses(String from, String to) {
        return line -> line.matches("(?s).*\\b" + from + "\\b.*\\b" + to + "\\b.*");
    }

    private static List<String> violationsOf(String folder) {
        return Folder.TABLE.stream()
                .filter(row -> row.name().equals(folder))
                .flatMap(row -> violations(row.rule(ROOT)).stream())
                .toList();
    }

    private static List<String> violations(ArchRule rule) {
        return rule.evaluate(PLANTED).getFailureReport().getDetails();
    }
}
