package jumpvpn.core.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import jumpvpn.core.control.Hello;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.Grace;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.observability.Journal;
import jumpvpn.core.ownership.MemorySessionTable;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SwitchTimes;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.Freshness;
import jumpvpn.core.security.KeyPair;
import jumpvpn.core.security.Ratchet;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.security.Suite;
import jumpvpn.core.session.Deadlines;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionMachine;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import jumpvpn.core.transport.LinkKind;
import org.junit.jupiter.api.Test;

/** Sessions come up by time, and at one time by id, in every run alike. */
class WakeupsTest {
    private final Wakeups wakeups = new Wakeups();

    private static GatewaySession session(long id) {
        Crypto crypto = Crypto.jdk(new Random(id)::nextBytes);
        GatewayConfig.Client client = new GatewayConfig.Client("c", new byte[32], List.of());
        GatewayConfig config = new GatewayConfig(
                "gw1", new KeyPair(new byte[32], new byte[32]), List.of(), List.of(client), Policy.DEFAULT, 1400);
        GatewayContext context = new GatewayContext(
                config,
                crypto,
                (_, _, _) -> {},
                _ -> {},
                new MemorySessionTable(),
                new LookupTable<>(),
                new LookupTable<>(),
                new DropCounters(),
                Grace.NONE);
        Endpoint from = new Endpoint(IpAddress.parse("192.0.2.1"), 1);
        SessionSecret secret = new SessionSecret(0, new byte[32]);
        Binding binding = new Binding(
                crypto.aead(),
                new Binding.Parts(
                        new ForwardingGate(),
                        PacketLayout.DATA,
                        1,
                        Suite.AES_256_GCM,
                        new byte[32],
                        new byte[32],
                        1,
                        2,
                        3,
                        from,
                        8192,
                        0));
        SessionId name = new SessionId(0, id);
        Births.Birth birth = new Births.Birth(
                name,
                client,
                "",
                List.of(),
                new Hello(Protocol.UDP, LinkKind.OTHER, from),
                new byte[0],
                new byte[0],
                secret,
                Ratchet.of(secret, new Freshness(new byte[32], new byte[32]), 1),
                binding,
                new SessionMachine(Role.GATEWAY, 0),
                new Journal(_ -> {}, Role.GATEWAY, name, 0),
                false,
                0);
        SessionRecord record = new SessionRecord(
                name,
                "",
                "c",
                new Owner(1, 1),
                1,
                List.of(new SessionRecord.Row(
                        StateVersion.of(1, 0), SessionState.BIRTH, SessionState.ATTACHED, ReasonCode.HANDSHAKE_OK)),
                List.of(secret),
                "",
                List.of(),
                Policy.DEFAULT,
                9,
                0,
                SwitchTimes.born(0));
        return GatewaySession.born(context, birth, record, 0);
    }

    @Test
    void givesTheDueByTimeThenById() {
        GatewaySession one = session(1);
        GatewaySession two = session(2);
        GatewaySession negative = session(-1);
        wakeups.set(negative, 50);
        wakeups.set(two, 50);
        wakeups.set(one, 50);
        GatewaySession early = session(9);
        wakeups.set(early, 40);
        assertThat(wakeups.nextNanos()).isEqualTo(40);
        assertThat(wakeups.pollDue(39)).isNull();
        assertThat(wakeups.pollDue(50)).isSameAs(early);
        assertThat(wakeups.pollDue(50)).isSameAs(one);
        assertThat(wakeups.pollDue(50)).isSameAs(two);
        assertThat(wakeups.pollDue(50)).as("ids are unsigned").isSameAs(negative);
        assertThat(wakeups.pollDue(50)).isNull();
        assertThat(wakeups.nextNanos()).isEqualTo(Deadlines.NEVER);
    }

    @Test
    void movesAndForgetsASession() {
        GatewaySession one = session(1);
        wakeups.set(one, 50);
        wakeups.set(one, 60);
        assertThat(wakeups.pollDue(59)).isNull();
        wakeups.set(one, Deadlines.NEVER);
        assertThat(wakeups.nextNanos()).isEqualTo(Deadlines.NEVER);
        wakeups.set(one, 70);
        wakeups.remove(one);
        assertThat(wakeups.pollDue(1000)).isNull();
    }
}
