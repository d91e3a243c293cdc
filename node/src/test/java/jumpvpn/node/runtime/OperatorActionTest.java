package jumpvpn.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.Event.Detail;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.node.config.KeyText;
import jumpvpn.node.config.PeerKey;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OperatorActionTest {
    private static final Reply DONE = new Reply.Done("done");

    private static @Nullable Event told(Request request, Reply reply) {
        List<Event> events = new ArrayList<>();
        assertThat(OperatorAction.told(events::add, Role.GATEWAY, 7, request, Through.DASHBOARD, reply))
                .isSameAs(reply);
        return events.isEmpty() ? null : events.getFirst();
    }

    private static List<Detail> details(Request request, Reply reply) {
        Event event = told(request, reply);
        assertThat(event).isNotNull();
        assertThat(event.type()).isEqualTo(EventType.OPERATOR_ACTION);
        assertThat(event.reason()).isEqualTo(reply == DONE ? ReasonCode.ACTION_DONE : ReasonCode.ACTION_REFUSED);
        return event.details();
    }

    @Test
    void whatIsDoneIsSaidWithItsTarget() {
        assertThat(details(new Request.Jump("wlan0"), DONE))
                .containsExactly(
                        new Detail("action", "jump"),
                        new Detail("through", "dashboard"),
                        new Detail("target", "wlan0"));
        assertThat(details(new Request.Jump(null), DONE)).doesNotContain(new Detail("target", ""));
        assertThat(details(new Request.Drain(), DONE)).contains(new Detail("action", "drain"));
        assertThat(details(new Request.Terminate("ada"), DONE))
                .contains(new Detail("action", "terminate"), new Detail("target", "ada"));
        assertThat(details(new Request.Admit("ada", new PeerKey(new byte[32]), List.of()), DONE))
                .contains(new Detail("action", "admit"), new Detail("target", "ada"));
        assertThat(details(new Request.Revoke("ada", null), new Reply.Refused("CLIENT_NOT_FOUND", "there is no ada")))
                .contains(new Detail("action", "revoke"), new Detail("refusal", "CLIENT_NOT_FOUND"));
    }

    @Test
    void aQuestionIsNoAction() {
        assertThat(told(new Request.Status(), DONE)).isNull();
        assertThat(told(new Request.Sessions(), DONE)).isNull();
        assertThat(told(new Request.Cluster(), DONE)).isNull();
    }

    /** A target is what somebody typed. */
    @Test
    void aTargetIsShortAndHasNeitherKeysNorLineEnds() {
        String key = KeyText.format(new byte[32]);
        assertThat(details(new Request.Terminate("a\n" + key + "x".repeat(1000)), DONE))
                .contains(new Detail("target", "a?[a key]" + "x".repeat(119)));
    }
}
