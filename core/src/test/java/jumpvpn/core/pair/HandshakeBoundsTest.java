package jumpvpn.core.pair;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.ReasonCode;
import org.junit.jupiter.api.Test;

/** How many sessions in BIRTH and how many first messages are kept. */
class HandshakeBoundsTest {
    private final LoneGateway gateway = new LoneGateway();

    private List<Event> failed() {
        return gateway.events(EventType.STATE_CHANGE, ReasonCode.HANDSHAKE_FAIL);
    }

    private List<Object> texts() {
        return failed().stream().map(event -> LoneGateway.detail(event, "text")).toList();
    }

    private List<byte[]> responses() {
        return gateway.sent.stream()
                .map(LoneGateway.Sent::bytes)
                .filter(bytes -> bytes[0] == 0x05)
                .toList();
    }

    @Test
    void inAllAThousandAndTwentyFourBirthsAreKept() {
        gateway.cheapAgreement();
        List<HandClient> many = new ArrayList<>();
        for (int i = 3; i < 67; i++) {
            many.add(new HandClient(gateway, i));
        }
        HandClient one = new HandClient(gateway, 100);
        gateway.start();
        byte[] first = many.getFirst().init();
        gateway.receive(many.getFirst().from, first);
        for (HandClient each : many) {
            for (int i = each == many.getFirst() ? 1 : 0; i < 16; i++) {
                gateway.receive(each.from, each.init());
            }
        }
        assertThat(gateway.bindings.size()).isEqualTo(1024);
        assertThat(failed()).isEmpty();
        gateway.receive(one.from, one.init());
        assertThat(texts()).containsExactly("too many handshakes at once");
        assertThat(LoneGateway.detail(failed().getFirst(), "client")).isEqualTo("hand3");
        assertThat(gateway.bindings.size()).isEqualTo(1024);
        int answered = responses().size();
        gateway.receive(many.getLast().from, first);
        assertThat(responses()).as("a replay pushes nothing out").hasSize(answered);
        assertThat(failed()).hasSize(1);
    }

    @Test
    void ofEachClientTheNewest256FirstMessagesAreKnownAgain() {
        gateway.cheapAgreement();
        HandClient one = new HandClient(gateway, 3);
        gateway.start();
        List<byte[]> said = new ArrayList<>();
        for (int i = 0; i < 256; i++) {
            said.add(one.init());
            gateway.receive(one.from, said.getLast());
        }
        gateway.receive(one.from, said.getFirst());
        assertThat(responses()).as("a replay where there is no room").hasSize(256);
        gateway.receive(one.from, one.init());
        gateway.receive(one.from, said.get(1));
        assertThat(responses()).hasSize(257);
        gateway.receive(one.from, said.getFirst());
        assertThat(responses()).as("forgotten, so taken for a new one").hasSize(258);
    }
}
