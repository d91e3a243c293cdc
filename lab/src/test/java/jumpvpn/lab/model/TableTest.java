package jumpvpn.lab.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.Transition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two people wrote the table down from the contract; in no cell do they differ. */
class TableTest {
    @ParameterizedTest
    @EnumSource
    void everyCellIsTheProducts(ReasonCode reason) {
        for (Role role : Role.values()) {
            for (SessionState from : SessionState.values()) {
                for (boolean bound : new boolean[] {true, false}) {
                    Transition row = Transition.find(role, from, bound, reason);
                    assertThat(next(role, from, bound, reason))
                            .as("%s %s %s %s", role, from, bound ? "bound" : "unbound", reason)
                            .isEqualTo(row == null ? "none" : row.to().name());
                }
            }
        }
    }

    private static String next(Role role, SessionState from, boolean bound, ReasonCode reason) {
        State to = isModelled(reason)
                ? Table.next(role == Role.GATEWAY, State.valueOf(from.name()), bound, Reason.valueOf(reason.name()))
                : null;
        return to == null ? "none" : to.name();
    }

    private static boolean isModelled(ReasonCode reason) {
        return Arrays.stream(Reason.values()).anyMatch(known -> known.name().equals(reason.name()));
    }

    @Test
    void everyReasonIsTheProducts() {
        assertThat(Arrays.stream(Reason.values()).map(Enum::name))
                .isSubsetOf(Arrays.stream(ReasonCode.values()).map(Enum::name).toList());
    }
}
