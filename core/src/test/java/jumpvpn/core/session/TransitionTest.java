package jumpvpn.core.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every cell of the transition table, legal and illegal, against {@link ContractTable}. */
class TransitionTest {
    @TestFactory
    Stream<DynamicTest> leadsWhereTheContractSays() {
        return ContractTable.cells().stream()
                .map(cell -> dynamicTest(cell.toString(), () -> {
                    Transition row = Transition.find(cell.role(), cell.from(), cell.alive(), cell.reason());
                    if (cell.to() == null) {
                        assertThat(row).isNull();
                    } else {
                        assertThat(row).isNotNull();
                        assertThat(row.to()).isEqualTo(cell.to());
                        assertThat(row.binds()).isEqualTo(cell.binds());
                    }
                }));
    }

    @Test
    void theTableOfTheTestsHasAllCells() {
        assertThat(ContractTable.cells()).hasSize(2 * 6 * 2 * ReasonCode.values().length);
        assertThat(ContractTable.cells().stream().filter(cell -> cell.to() != null))
                .hasSizeGreaterThan(150);
    }
}
