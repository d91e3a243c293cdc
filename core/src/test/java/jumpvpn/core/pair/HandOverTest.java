package jumpvpn.core.pair;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import jumpvpn.core.data.DropReason;
import jumpvpn.core.ownership.Member;
import jumpvpn.core.pair.ScriptedTable.Fate;
import jumpvpn.core.security.Hkdf;
import jumpvpn.core.security.JdkAead;
import jumpvpn.core.security.Suite;
import jumpvpn.core.session.SessionState;
import org.junit.jupiter.api.Test;

/** A planned change of the gateway loses no packet: link a leads to the first, link b to the second (ADR 0056). */
class HandOverTest {
    private static final int MANY = 400;
    private static final List<Member> SET = Site.set(2);

    private final Pair pair = new Pair();
    private final ScriptedTable second = new ScriptedTable(pair.table);
    private Site site;

    private void connect(List<Member> others) {
        pair.others = others;
        pair.startGatewayOver(List.of(pair.client()), new ScriptedTable(pair.table));
        site = pair.startSecond(second);
        pair.b.leadsToSecond = true;
        pair.startClient(pair.gatewayKey.publicKey());
        pair.connect();
        pair.run(2000);
        pair.forgetEvents();
    }

    private boolean isAtSecond() {
        return pair.state() == SessionState.ATTACHED && pair.status().path().equals(pair.b.path);
    }

    /** Both ways all the time, down always at the first gateway: its neighbours have heard nothing. */
    private void chat() {
        pair.chat(0, MANY, 1);
        pair.run(500);
    }

    private static List<Integer> all() {
        return IntStream.range(0, MANY).boxed().toList();
    }

    private List<Integer> delivered() {
        return Stream.concat(pair.atGateway.stream(), site.delivered.stream())
                .sorted()
                .toList();
    }

    @Test
    void aDrainLosesNoPacketEitherWay() {
        connect(SET);
        Link there = new Link(
                3, "wlan0", "198.51.100.1", "gw2", SET.getLast().endpoints().getFirst(), 35);
        there.leadsToSecond = true;
        pair.links.add(there);
        pair.agent.pathUp(pair.now, there.path);
        pair.gateway.drain(pair.now);
        chat();
        assertThat(pair.status().gateway()).isEqualTo("gw2");
        assertThat(pair.sessions()).isEmpty();
        assertThat(pair.wire.relayed).isNotEmpty();
        assertThat(delivered()).as("up").isEqualTo(all());
        assertThat(pair.atClient).as("down").containsExactlyInAnyOrderElementsOf(all());
    }

    @Test
    void anOperatorsJumpLosesNoPacketEitherWay() {
        connect(SET);
        assertThat(pair.agent.jump(pair.now, "wlan0")).isNull();
        chat();
        assertThat(isAtSecond()).isTrue();
        assertThat(delivered()).isEqualTo(all());
        assertThat(pair.atClient).containsExactlyInAnyOrderElementsOf(all());
    }

    /** Led there before that gateway has given up its own route to this one, packets would go round between the two. */
    @Test
    void theNetworkBehindIsLedToTheNewGatewayWhenTheHandOverIsOver() {
        connect(SET);
        assertThat(pair.agent.jump(pair.now, "wlan0")).isNull();
        pair.run(500);
        assertThat(isAtSecond()).isTrue();
        assertThat(pair.wire.handedOn).isOne();
        assertThat(pair.wire.released).isEmpty();
        pair.run(2_000);
        assertThat(pair.wire.handedOn).isOne();
        assertThat(pair.wire.released).containsExactly(SET.getLast().gateway());
    }

    @Test
    void withoutAConfiguredSetWhatComesToTheOldGatewayIsLost() {
        connect(List.of());
        assertThat(pair.agent.jump(pair.now, "wlan0")).isNull();
        chat();
        assertThat(isAtSecond()).isTrue();
        assertThat(pair.wire.relayed).isEmpty();
        assertThat(delivered()).hasSizeLessThan(MANY);
    }

    /** After a jump from a dead path nothing is delivered any more that came by it (contract section 1); what is for the client is no binding's and goes on. */
    @Test
    void ofADeadPathOnlyWhatIsForTheClientGoesOn() {
        connect(SET);
        pair.a.passes = false;
        pair.agent.pathDown(pair.now, pair.a.path.id());
        pair.await(this::isAtSecond, 1000);
        pair.run(100);
        pair.a.passes = true;
        pair.forgetEvents();
        pair.sendDown(7);
        pair.run(100);
        assertThat(pair.atClient).containsExactly(7);
    }

    /** The old owner may hear of the commit before the new one does. */
    @Test
    void whatComesBeforeTheBindIsKnownWaits() {
        connect(SET);
        second.fates.add(Fate.DONE_UNKNOWN);
        second.onCommit = () -> second.readsAreLate = true;
        assertThat(pair.agent.jump(pair.now, "wlan0")).isNull();
        pair.await(() -> pair.sessions().isEmpty(), 1000);
        pair.wire.carries = false;
        pair.sendDown(1);
        byte[] early = pair.wire.relayed.getLast();
        site.receives(Wire.INSIDE, early.clone());
        assertThat(site.pending).isOne();
        second.readsAreLate = false;
        second.land();
        pair.await(this::isAtSecond, 1000);
        site.receives(Wire.INSIDE, early.clone());
        pair.run(100);
        assertThat(pair.atClient).containsExactly(1);
    }

    /** Moves to the second gateway; gives a datagram between the gateways that has not arrived. */
    private byte[] underWay() {
        connect(SET);
        pair.wire.carries = false;
        assertThat(pair.agent.jump(pair.now, "wlan0")).isNull();
        pair.await(this::isAtSecond, 1000);
        pair.run(1);
        pair.sendDown(1);
        return pair.wire.relayed.getLast();
    }

    @Test
    void aReplayIsRefused() {
        byte[] datagram = underWay();
        site.receives(Wire.INSIDE, datagram.clone());
        site.receives(Wire.INSIDE, datagram.clone());
        pair.run(100);
        assertThat(pair.atClient).containsExactly(1);
        assertThat(site.drops.get(DropReason.REPLAYED)).isOne();
    }

    @Test
    void whatIsForgedIsRefusedWhereverItIsChanged() {
        byte[] datagram = underWay();
        for (int at = 1; at < datagram.length; at++) {
            byte[] forged = datagram.clone();
            forged[at] ^= 1;
            site.receives(Wire.INSIDE, forged);
        }
        pair.run(100);
        assertThat(pair.atClient).isEmpty();
        assertThat(site.drops.get(DropReason.UNKNOWN_WIRE_ID)).isEqualTo(8);
        assertThat(site.drops.get(DropReason.BAD_TAG)).isEqualTo(datagram.length - 1 - 8);
        site.receives(Wire.INSIDE, Arrays.copyOf(datagram, 51));
        assertThat(site.drops.get(DropReason.MALFORMED)).isOne();
        site.receives(Wire.INSIDE, datagram);
        pair.run(100);
        assertThat(pair.atClient).as("none of that has spoilt it").containsExactly(1);
    }

    @Test
    void whatComesTooLateIsRefused() {
        byte[] datagram = underWay();
        pair.run(2000);
        site.receives(Wire.INSIDE, datagram);
        pair.run(100);
        assertThat(pair.atClient).isEmpty();
        pair.wire.relayed.clear();
        pair.sendDown(2);
        assertThat(pair.wire.relayed)
                .as("the old gateway has forgotten the session")
                .isEmpty();
        assertThat(pair.gatewayDrops.get(DropReason.NO_ROUTE)).isOne();
    }

    /** docs/protocol/wire.md, RELAY, opened by hand. */
    @Test
    void aDatagramIsMadeAsDescribed() {
        byte[] first = underWay();
        pair.sendDown(2);
        byte[] next = pair.wire.relayed.getLast();
        assertThat(next).hasSize(36 + 24 + 16).startsWith(0x0F, 2, 0, 0).startsWith(Arrays.copyOf(first, 28));
        ByteBuffer fields = ByteBuffer.wrap(next);
        assertThat(fields.getLong(4))
                .isEqualTo(pair.table.get(pair.status().id()).commitId());
        long counter = fields.getLong(28);
        assertThat(counter).isEqualTo(ByteBuffer.wrap(first).getLong(28) + 1);
        byte[] master = Hkdf.derive(new byte[0], pair.gatewayKey.privateKey(), "jumpvpn relay master", new byte[0], 32);
        byte[] key = Hkdf.derive(
                Arrays.copyOfRange(next, 12, 28), master, "jumpvpn relay", Arrays.copyOfRange(next, 4, 12), 32);
        assertThat(new JdkAead().openOnce(Suite.AES_256_GCM, key, counter, next, 36, next.length))
                .isEqualTo(Inner.v4(Pair.GATEWAY_INNER, pair.inner(), 2));
    }
}
