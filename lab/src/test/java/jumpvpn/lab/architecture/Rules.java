package jumpvpn.lab.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.lang.ArchRule;

/** The rules beside the dependency table. Each is about the classes below a root package, so that it can be tried on planted ones. */
final class Rules {
    private Rules() {}

    /** Rule 1 of the house: the core decides, and is pure. */
    static ArchRule coreIsPure(String root) {
        return classes().that().resideInAPackage(root + ".core..").should(new CorePurity(root));
    }

    /** A kind of adapter (transport, data, ownership, observability) has several members; none knows another. */
    static ArchRule adaptersStandAlone(String root, String kind) {
        return slices().matching(root + ".node." + kind + ".(*)..")
                .should()
                .notDependOnEachOther()
                .allowEmptyShould(true);
    }

    /** What tests break on purpose, no product breaks: nobody but core, which has the places, and lab names a fault; a running gateway hands on those that a lab gives it. */
    static ArchRule onlyLabPlantsFaults(String root) {
        return noClasses()
                .that()
                .resideInAPackage(root + ".node..")
                .and()
                .doNotHaveFullyQualifiedName(root + ".node.runtime.GatewayNode")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName(root + ".core.session.Fault");
    }

    /** A name says what a thing is. */
    static ArchRule namesSayWhatItIs(String root) {
        return noClasses()
                .that()
                .resideInAPackage(root + "..")
                .should()
                .haveNameMatching(".*(Manager|Helper|Utils?|Impl)");
    }
}
