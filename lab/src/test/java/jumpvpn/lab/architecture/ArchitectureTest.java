package jumpvpn.lab.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.PackageMatcher;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of the house, on the product's classes. That they bite is tested in {@link RulesBiteTest}. */
class ArchitectureTest {
    private static final String ROOT = "jumpvpn";
    private static final JavaClasses PRODUCT = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    @SuppressWarnings("unused") // by FieldSource
    private static final List<Folder> TABLE = Folder.TABLE;

    @ParameterizedTest
    @FieldSource("TABLE")
    void aFolderUsesOnlyWhatItsRowNames(Folder folder) {
        folder.rule(ROOT).check(PRODUCT);
    }

    @Test
    void everyClassStandsInTheTable() {
        List<PackageMatcher> rows = Folder.TABLE.stream()
                .map(folder -> PackageMatcher.of(folder.pattern(ROOT)))
                .toList();
        assertThat(PRODUCT.stream()
                        .filter(type -> rows.stream().noneMatch(row -> row.matches(type.getPackageName())))
                        .map(JavaClass::getName))
                .as("classes in a package without a row in Folder.TABLE: give it one")
                .isEmpty();
    }

    /** Else all of this would hold because nothing was looked at. */
    @Test
    void theProductIsAmongTheClasses() {
        assertThat(PRODUCT.contain("jumpvpn.core.net.IpAddress")).isTrue();
        assertThat(PRODUCT.contain(ArchitectureTest.class)).isFalse();
    }

    @Test
    void coreIsPure() {
        Rules.coreIsPure(ROOT).check(PRODUCT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"transport", "data", "ownership", "observability"})
    void adaptersStandAlone(String kind) {
        Rules.adaptersStandAlone(ROOT, kind).check(PRODUCT);
    }

    @Test
    void onlyLabPlantsFaults() {
        assertThat(PRODUCT.contain(ROOT + ".core.session.Fault")).isTrue();
        Rules.onlyLabPlantsFaults(ROOT).check(PRODUCT);
    }

    @Test
    void namesSayWhatItIs() {
        Rules.namesSayWhatItIs(ROOT).check(PRODUCT);
    }
}
