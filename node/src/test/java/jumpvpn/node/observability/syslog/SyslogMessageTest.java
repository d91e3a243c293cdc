package jumpvpn.node.observability.syslog;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import jumpvpn.node.observability.NumberedEvent;
import jumpvpn.node.observability.Samples;
import org.junit.jupiter.api.Test;

class SyslogMessageTest {
    private static final long PID = ProcessHandle.current().pid();

    private static String text(NumberedEvent event) {
        return new String(new SyslogMessage("host 1", "gw1", "a", null).of(event), StandardCharsets.UTF_8);
    }

    @Test
    void saysEveryFieldInStructuredData() {
        NumberedEvent event = Samples.of(
                7,
                EventType.STATE_CHANGE,
                ReasonCode.TRANSPORT_DEAD,
                SessionState.ATTACHED,
                SessionState.RECOVERING,
                new Event.Detail("text", "a \"b\" ] \\ \n é"));
        assertThat(text(event))
                .isEqualTo(
                        "<30>1 2027-01-15T08:00:07Z host1 jumpvpn " + PID
                                + " STATE_CHANGE [jumpvpn@32473 seq=\"7\" node=\"gw1\" role=\"client\" reason=\"TRANSPORT_DEAD\""
                                + " session_id=\"0123456789abcdef1122334455667788\" state_version=\"1.0\" from=\"ATTACHED\" to=\"RECOVERING\""
                                + " path=\"udp/wifi0/10.1.0.2>198.51.100.1:4500\" policy_version=\"4294967291\" boot_ns=\"7000000000\" start=\"a\""
                                + " text=\"a \\\"b\\\" \\] \\\\   é\"]"
                                + " STATE_CHANGE ATTACHED -> RECOVERING: TRANSPORT_DEAD on udp/wifi0/10.1.0.2>198.51.100.1:4500");
    }

    @Test
    void whatDemandsAttentionIsAWarning() {
        assertThat(text(Samples.plain(0))).startsWith("<28>1 ").contains(" SECURITY [", " count=\"1\"]");
    }
}
