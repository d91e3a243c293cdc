package jumpvpn.lab.sessions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import jumpvpn.lab.netns.DirectLink;
import jumpvpn.lab.netns.Prerequisites;
import jumpvpn.lab.netns.Product;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A few dozen sessions for a second each way: all are real, and what is sent on one arrives as that one's. */
@Tag("network")
class CrowdTest {
    private static final int SESSIONS = 40;

    @Test
    void sessionsAreRealAndCarryTraffic() throws IOException {
        boolean fit = Prerequisites.missing(System.err).isEmpty()
                && Prerequisites.missingForPeers(System.err).isEmpty()
                && Prerequisites.privilege() == Prerequisites.Privilege.DIRECT;
        assumeTrue(fit, "NOT TESTED HERE: needs root and the programs of lab/packages and lab/packages-peers");
        try (DirectLink link = DirectLink.crowd(SESSIONS, Load.class.getName())) {
            link.connectMillis();
            Awaitility.await().until(() -> link.product().attendance().isComplete(SESSIONS));
            for (boolean isDown : List.of(false, true)) {
                Transfer.Measured measured = new Transfer(link, isDown, 3, 3).measure(Duration.ofSeconds(1));
                assertThat(measured.megabits()).isPositive();
                assertThat(measured.gatewaySecondsPerGb()).isPositive();
            }
            assertThat(link.product().drops(Product.Role.GATEWAY)).doesNotContainKeys("foreign_source", "bad_tag");
            assertThat(link.audit())
                    .satisfies(check -> assertThat(check.ok()).as("%s", check).isTrue());
        }
    }
}
