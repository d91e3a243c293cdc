package jumpvpn.core.pair;

import static jumpvpn.core.pair.LoneGateway.MILLI;
import static jumpvpn.core.pair.LoneGateway.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import jumpvpn.core.control.BindCause;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.control.Nonce;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.DropReason;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.junit.jupiter.api.Test;

/** What becomes of packets of bindings that have ended, and how long (contract section 1). */
class NoticeTest {
    private static final Policy RESTLESS =
            Policy.DEFAULT.with(PolicyKey.SWITCHING_COOLDOWN, 0).with(PolicyKey.SWITCHING_MAX_PER_MINUTE, 600);

    private final LoneGateway gateway = new LoneGateway();

    private HandClient connected(Policy policy) {
        return HandClient.settled(gateway, policy);
    }

    /** The gateway hears nothing of what it sent, and takes the binding for dead. */
    private void die(HandClient client) {
        client.die(2 * SECOND);
    }

    private List<Long> notices(HandClient client) {
        return client.sentAt(datagram -> datagram.length == PacketLayout.OVERHEAD + 9);
    }

    /** By which packets of this binding find it at the gateway. */
    private static long wireId(Binding binding, HandClient client) {
        return ByteBuffer.wrap(client.data(binding, 0)).getLong(4);
    }

    private long dropped(DropReason reason) {
        return gateway.drops.get(reason);
    }

    @Test
    void aDeathThatTheGatewayNoticedItselfIsToldUnaskedWithTheVersion() {
        HandClient client = connected(Policy.DEFAULT);
        die(client);
        assertThat(client.heard(BindingMessage.Notice.class))
                .containsExactly(new BindingMessage.Notice(gateway.session().version()));
        assertThat(gateway.session().version().epoch()).isOne();
        assertThat(gateway.session().version()).isGreaterThan(StateVersion.of(1, 0));
    }

    @Test
    void theNoticeOfTheDeathItselfBeginsThePause() {
        HandClient client = connected(Policy.DEFAULT);
        gateway.sendDown(client.inner, 1);
        while (gateway.session().state() != SessionState.RECOVERING) {
            gateway.run(gateway.gateway.nextNanos() - gateway.now);
        }
        long told = notices(client).getLast();
        assertThat(told).isEqualTo(gateway.now);
        for (int i = 0; i < 15; i++) {
            gateway.run(10 * MILLI);
            client.sendUp(i);
        }
        assertThat(notices(client)).hasSize(2).last().isEqualTo(told + 100 * MILLI);
    }

    @Test
    void packetsOfADeadBindingAreDeliveredAndAnsweredWithOneNoticeEveryHundredMilliseconds() {
        HandClient client = connected(Policy.DEFAULT);
        die(client);
        client.forget();
        for (int i = 0; i < 100; i++) {
            client.sendUp(i);
            gateway.run(10 * MILLI);
        }
        assertThat(gateway.delivered).hasSize(100);
        List<Long> times = notices(client);
        assertThat(times).hasSize(10);
        for (int i = 1; i < times.size(); i++) {
            assertThat(times.get(i) - times.get(i - 1)).isGreaterThanOrEqualTo(100 * MILLI);
        }
        gateway.run(SECOND);
        assertThat(notices(client)).as("none unasked").hasSize(10);
    }

    @Test
    void afterAJumpTheOldBindingDeliversForTwoSecondsUnansweredAndIsThenAnsweredWithANotice() {
        HandClient client = connected(Policy.DEFAULT);
        Binding old = client.binding;
        long jumped = gateway.now;
        client.reattach(BindCause.OPERATOR_JUMP);
        client.forget();
        gateway.run(jumped + 2 * SECOND - 1 - gateway.now);
        gateway.receive(client.from, client.data(old, 1));
        assertThat(gateway.delivered).containsExactly(1);
        gateway.run(1);
        gateway.receive(client.from, client.data(old, 2));
        assertThat(gateway.delivered).containsExactly(1);
        assertThat(dropped(DropReason.BINDING_ENDED)).isOne();
        gateway.run(100 * MILLI);
        gateway.receive(client.from, client.data(old, 3));
        assertThat(client.heard(BindingMessage.Notice.class))
                .as("only when it had ended")
                .containsExactly(new BindingMessage.Notice(StateVersion.of(2, 0)));
        for (int i = 0; i < 20; i++) {
            gateway.run(20 * MILLI);
            gateway.receive(client.from, client.data(old, 4 + i));
        }
        assertThat(notices(client)).as("again and again").hasSize(5);
    }

    @Test
    void aBindingThatWasDeadAlreadyDoesNotDrain() {
        HandClient client = connected(Policy.DEFAULT);
        Binding old = client.binding;
        die(client);
        client.reattach(BindCause.DEAD);
        gateway.receive(client.from, client.data(old, 1));
        assertThat(gateway.delivered).isEmpty();
        assertThat(dropped(DropReason.BINDING_ENDED)).isOne();
    }

    @Test
    void anEndedBindingIsKnownForThirtySecondsAndThenItsKeysAreGone() {
        HandClient client = connected(Policy.DEFAULT);
        Binding old = client.binding;
        long bound = gateway.now;
        long oldId = wireId(old, client);
        Binding there = (Binding) gateway.bindings.get(0, oldId);
        client.reattach(BindCause.OPERATOR_JUMP);
        gateway.run(bound + 30 * SECOND - 1 - gateway.now);
        gateway.receive(client.from, client.data(old, 1));
        assertThat(dropped(DropReason.BINDING_ENDED)).isOne();
        assertThat(there.sealed(PacketLayout.CONTROL, new byte[1], gateway.now)).isNotNull();
        gateway.run(1);
        gateway.receive(client.from, client.data(old, 2));
        assertThat(dropped(DropReason.UNKNOWN_WIRE_ID)).isOne();
        assertThat(gateway.bindings.get(0, oldId)).isNull();
        assertThat(there.sealed(PacketLayout.CONTROL, new byte[1], gateway.now))
                .as("wiped")
                .isNull();
        assertThat(gateway.bindings.size()).isOne();
    }

    @Test
    void earlyDataIsDeliveredForTwoSecondsAndNeverAnswered() {
        HandClient client = connected(Policy.DEFAULT);
        HandClient.Ask ask = client.ask(each -> each.cause = BindCause.OPERATOR_JUMP);
        Binding early = client.early(ask);
        client.send(client.datagram(ask));
        Binding there = (Binding) gateway.bindings.get(0, ask.nonce.high());
        assertThat(there).isNotNull();
        client.forget();
        gateway.run(2 * SECOND - 1);
        gateway.receive(client.from, client.data(early, 1));
        assertThat(gateway.delivered).containsExactly(1);
        gateway.run(1);
        assertThat(gateway.bindings.get(0, ask.nonce.high())).isNull();
        assertThat(there.sealed(PacketLayout.EARLY_DATA, new byte[1], gateway.now))
                .as("wiped")
                .isNull();
        gateway.receive(client.from, client.data(early, 2));
        assertThat(gateway.delivered).containsExactly(1);
        gateway.run(SECOND);
        assertThat(client.heard(BindingMessage.Notice.class)).isEmpty();
    }

    @Test
    void earlyDataEndsWithTheBindingThatItRodeAheadOf() {
        HandClient client = connected(RESTLESS);
        HandClient.Ask ask = client.ask(each -> each.cause = BindCause.OPERATOR_JUMP);
        Binding early = client.early(ask);
        client.send(client.datagram(ask));
        gateway.run(100 * MILLI);
        gateway.receive(client.from, client.data(early, 1));
        client.die(1700 * MILLI);
        client.reattach(BindCause.DEAD);
        gateway.receive(client.from, client.data(early, 2));
        assertThat(gateway.delivered).containsExactly(1);
        assertThat(dropped(DropReason.BINDING_ENDED)).isOne();
        gateway.run(SECOND);
        assertThat(client.heard(BindingMessage.Notice.class))
                .as("of the death, none of the early data")
                .hasSize(1);
    }

    @Test
    void anIdentifierThatTheClientChoseDisplacesNoBinding() {
        HandClient client = connected(Policy.DEFAULT);
        Binding old = client.binding;
        byte[] sealed = client.data(old, 1);
        long taken = ByteBuffer.wrap(sealed).getLong(4);
        Binding there = (Binding) gateway.bindings.get(0, taken);
        client.request(ask -> {
            ask.cause = BindCause.OPERATOR_JUMP;
            ask.nonce = new Nonce(taken, 77);
        });
        assertThat(client.epoch).isEqualTo(2);
        assertThat(gateway.bindings.get(0, taken)).isSameAs(there);
        gateway.receive(client.from, sealed);
        client.sendUp(2);
        assertThat(gateway.delivered).containsExactly(1, 2);
        assertThat(gateway.bindings.size()).as("the old one and the new one").isEqualTo(2);
    }

    @Test
    void howeverManyBindsThereAreOfEndedBindingsFewAreKnown() {
        HandClient client = connected(RESTLESS);
        for (int binds = 0; binds < 8; binds++) {
            client.reattach(BindCause.OPERATOR_JUMP);
        }
        int bounded = gateway.bindings.size();
        assertThat(bounded).isLessThanOrEqualTo(10);
        for (int binds = 0; binds < 20; binds++) {
            client.reattach(BindCause.OPERATOR_JUMP);
            assertThat(gateway.bindings.size()).isEqualTo(bounded);
        }
        gateway.run(31 * SECOND);
        assertThat(gateway.bindings.size()).isOne();
        client.sendUp(1);
        assertThat(gateway.delivered).containsExactly(1);
    }

    @Test
    void anEndedSessionLeavesNoBindingAndNoRoute() {
        HandClient client = connected(RESTLESS);
        long firstId = wireId(client.binding, client);
        Binding first = (Binding) gateway.bindings.get(0, firstId);
        client.reattach(BindCause.OPERATOR_JUMP);
        long secondId = wireId(client.binding, client);
        Binding second = (Binding) gateway.bindings.get(0, secondId);
        gateway.gateway.terminate(gateway.now, client.id);
        assertThat(gateway.bindings.size()).isZero();
        assertThat(gateway.routes.size()).isZero();
        assertThat(List.of(first, second)).allSatisfy(binding -> {
            assertThat(binding.receives(gateway.now)).isFalse();
            assertThat(binding.sealed(PacketLayout.CONTROL, new byte[1], gateway.now))
                    .isNull();
        });
        assertThat(client.heard(BindingMessage.Close.class))
                .as("nobody answers it")
                .hasSize(3);
    }
}
