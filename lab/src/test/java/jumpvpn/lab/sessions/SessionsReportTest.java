package jumpvpn.lab.sessions;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import jumpvpn.lab.netns.Check;
import org.junit.jupiter.api.Test;

class SessionsReportTest {
    @Test
    void theRatioOfMediansDecides() {
        assertThat(report(850).passed()).isTrue();
        assertThat(report(849).passed()).isFalse();
        assertThat(report(850).markdown())
                .contains("| 100, to the clients | 100 | 850 (800 to 900) | 0.85 | 2.00 (2.00 to 2.00) | 3.00")
                .contains("- ok 100 sessions together get at least 85 % of what one gets, to the gateway: 85.0 %");
        assertThat(report(850).json()).contains("\"ratio_to_gateway\":0.85");
    }

    @Test
    void anythingElseThatDoesNotHoldFailsItToo() {
        SessionsReport report = report(1000);
        report.add(new Check("all are there", false, "999"));
        assertThat(report.passed()).isFalse();
        assertThat(report.markdown()).contains("- FAIL all are there: 999");
    }

    @Test
    void aStreamThatStandsStillFailsIt() {
        SessionsReport report = report(1000);
        report.add(true, Share.MANY, new Transfer.Measured(1000, 0, 2, 3));
        assertThat(report.passed()).isFalse();
        assertThat(report.markdown()).contains("- FAIL no stream stands still while it is measured: in 1 transfers");
    }

    private static SessionsReport report(double many) {
        SessionsReport report = new SessionsReport(new SessionsOptions(1000, 100, 5, 3, Optional.empty()), "here");
        for (boolean isDown : List.of(false, true)) {
            for (double spread : List.of(-50.0, 0.0, 50.0)) {
                report.add(isDown, Share.ONE, measured(1000 + spread));
                report.add(isDown, Share.ONE_WITH_ALL_STREAMS, measured(900 + spread));
                report.add(isDown, Share.MANY, measured(many + spread));
            }
        }
        return report;
    }

    private static Transfer.Measured measured(double megabits) {
        return new Transfer.Measured(megabits, 0.5, 2, 3);
    }
}
