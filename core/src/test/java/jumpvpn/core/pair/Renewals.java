package jumpvpn.core.pair;

import static jumpvpn.core.pair.LoneGateway.MILLI;
import static jumpvpn.core.pair.LoneGateway.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jumpvpn.core.control.BindingMessage.Rekey;
import jumpvpn.core.control.BindingMessage.RekeyAnswer;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.security.KeyAgreement;
import jumpvpn.core.security.KeyPair;
import jumpvpn.core.security.RekeyOutput;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import org.junit.jupiter.api.BeforeEach;

/** A client with a session, and the steps of a renewal of its keys. */
abstract class Renewals {
    final LoneGateway gateway = new LoneGateway();
    final HandClient client = new HandClient(gateway, 1);
    final long born = gateway.now;

    @BeforeEach
    void connected() {
        gateway.policy = Policy.DEFAULT.with(PolicyKey.SWITCHING_COOLDOWN, 0);
        gateway.start();
        client.connect();
        client.acknowledge();
        gateway.run(SECOND);
        client.forget();
    }

    KeyPair ask(int phase) {
        KeyPair own = KeyPair.generate(gateway.crypto);
        client.say(new Rekey(phase, own.publicKey()));
        return own;
    }

    RekeyAnswer answer() {
        return client.heard(RekeyAnswer.class).getLast();
    }

    /** A whole renewal, and a first packet under the new keys. */
    RekeyOutput renewKeys(int phase) {
        KeyPair own = ask(phase);
        RekeyOutput output = half(own);
        client.acknowledge();
        gateway.run(50 * MILLI);
        return output;
    }

    /** The client has the new keys; the gateway has not seen it yet. */
    RekeyOutput half(KeyPair own) {
        try {
            return client.renewed(own, answer()).output();
        } catch (KeyAgreement.InvalidKeyException e) {
            throw new AssertionError(e);
        }
    }

    /** Time passes on a binding that is kept alive. */
    void stay(long nanos) {
        long until = gateway.now + nanos;
        while (gateway.now < until) {
            gateway.run(Math.min(30 * SECOND, until - gateway.now));
            client.listen();
            client.acknowledge();
        }
    }

    /** Time passes until a second before the end on a binding whose keys are renewed. */
    void renewKeysUntil(int firstPhase, long endNanos) {
        int phase = firstPhase;
        while (gateway.now + 90 * SECOND < endNanos) {
            renewKeys(phase++);
            stay(80 * SECOND);
        }
        stay(endNanos - SECOND - gateway.now);
    }

    List<Event> rotated(ReasonCode reason) {
        return gateway.events(EventType.KEY_ROTATED, reason);
    }

    /** Packets pass both ways. */
    void works(int number) {
        client.delivered.clear();
        gateway.delivered.clear();
        client.sendUp(number);
        gateway.sendDown(client.inner, number);
        client.listen();
        client.acknowledge();
        assertThat(gateway.delivered).containsExactly(number);
        assertThat(client.delivered).containsExactly(number);
    }
}
