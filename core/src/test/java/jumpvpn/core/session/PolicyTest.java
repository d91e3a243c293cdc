package jumpvpn.core.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import jumpvpn.core.net.Protocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Defaults and bounds of contract section 3, and the wire form of a snapshot. */
class PolicyTest {
    /** The contract's table by hand: key, default, least, greatest; durations in ms, ratios in thousandths. */
    @ParameterizedTest
    @CsvSource({
        "session.max-lifetime, 86400000, 60000, 2592000000",
        "session.transport-loss-ttl, 14400000, 1000, 2592000000",
        "session.handshake-timeout, 10000, 1000, 60000",
        "volatility.heartbeat-interval, 500, 50, 30000",
        "volatility.heartbeat-missed, 3, 1, 20",
        "volatility.loss-threshold, 150, 1, 1000",
        "volatility.loss-window, 2000, 100, 60000",
        "volatility.latency-threshold, 3000, ,",
        "volatility.hold, 2000, ,",
        "volatility.to-degraded, 4000, ,",
        "volatility.dead-after, 1500, 50, 60000",
        "switching.max-per-minute, 8, 1, 600",
        "switching.cooldown, 1500, ,",
        "switching.recovery-interval, 500, 50, 60000",
        "switching.recovery-window, 8000, ,",
        "switching.max-rejects, 16, ,",
        "switching.improvement-factor, 1100, 1000,",
        "transport.max-candidates, 8, 1, 32",
        "transport.max-standbys, 2, , 32",
        "security.reattach-max-age, 5000, ,",
        "security.replay-window, 8192, ,",
        "security.rekey-after, 120000, , 120000",
        "hold.bytes-per-session, 65536, ,",
        "hold.max-age, 30000, ,",
    })
    void hasTheContractsDefaultsAndBounds(String name, long byDefault, Long least, Long greatest) {
        PolicyKey key = PolicyKey.parse(name);
        assertThat(key).isNotNull();
        long unit = key.kind() == PolicyKey.Kind.DURATION ? 1_000_000 : 1;
        assertThat(Policy.DEFAULT.get(key)).isEqualTo(byDefault * unit);
        if (least != null) {
            assertThat(key.least()).isEqualTo(least * unit);
        }
        if (greatest != null) {
            assertThat(key.most()).isEqualTo(greatest * unit);
        }
    }

    @Test
    void prefersUdpThenQuicThenTcp() {
        assertThat(Policy.DEFAULT.protocols(PolicyKey.TRANSPORT_ALLOWED))
                .containsExactly(Protocol.UDP, Protocol.QUIC, Protocol.TCP);
        assertThat(Policy.DEFAULT.protocols(PolicyKey.TRANSPORT_PREFER))
                .containsExactly(Protocol.UDP, Protocol.QUIC, Protocol.TCP);
        Policy tcpOnly = Policy.DEFAULT.with(PolicyKey.TRANSPORT_ALLOWED, 0x3);
        assertThat(tcpOnly.allows(Protocol.TCP)).isTrue();
        assertThat(tcpOnly.allows(Protocol.UDP)).isFalse();
    }

    @ParameterizedTest
    @EnumSource(PolicyKey.class)
    void takesItsBoundsAndNothingBeyond(PolicyKey key) {
        if (key.kind() == PolicyKey.Kind.PROTOCOLS) {
            for (long bad : List.of(0L, 0x4L, 0x11L, 0x101L, 0x1321L, -1L)) {
                assertThat(Policy.problem(key, bad)).as("%x", bad).isNotNull();
            }
            for (long good : List.of(0x1L, 0x23L, 0x123L, 0x321L)) {
                assertThat(Policy.problem(key, good)).as("%x", good).isNull();
            }
            return;
        }
        assertThat(Policy.DEFAULT.with(key, key.least()).get(key)).isEqualTo(key.least());
        assertThat(Policy.DEFAULT.with(key, key.most()).get(key)).isEqualTo(key.most());
        assertThatThrownBy(() -> Policy.DEFAULT.with(key, key.least() - 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(key.key() + " is outside what is allowed");
        assertThatThrownBy(() -> Policy.DEFAULT.with(key, key.most() + 1)).isInstanceOf(IllegalArgumentException.class);
        assertThat(key.defaultValue()).isBetween(key.least(), key.most());
    }

    @Test
    void aChangeLeavesTheOldSnapshotAlone() {
        Policy changed = Policy.DEFAULT.with(PolicyKey.SWITCHING_MAX_REJECTS, 3);
        assertThat(Policy.DEFAULT.count(PolicyKey.SWITCHING_MAX_REJECTS)).isEqualTo(16);
        assertThat(changed.count(PolicyKey.SWITCHING_MAX_REJECTS)).isEqualTo(3);
        assertThat(changed.version()).isNotEqualTo(Policy.DEFAULT.version());
        assertThat(changed.with(PolicyKey.SWITCHING_MAX_REJECTS, 16).version()).isEqualTo(Policy.DEFAULT.version());
    }

    @Test
    void survivesTheWire() {
        Policy policy = Policy.DEFAULT;
        for (PolicyKey key : PolicyKey.values()) {
            policy = key.kind() == PolicyKey.Kind.PROTOCOLS ? policy.with(key, 0x12) : policy.with(key, key.most());
        }
        ByteBuffer wire = ByteBuffer.allocate(Policy.WIRE_LENGTH);
        policy.encode(wire);
        assertThat(wire.remaining()).isZero();
        Policy read = Policy.decode(wire.flip());
        for (PolicyKey key : PolicyKey.values()) {
            assertThat(read.get(key)).as(key.key()).isEqualTo(policy.get(key));
        }
        assertThat(read.version()).isEqualTo(policy.version());
    }

    @Test
    void refusesForbiddenValuesFromTheWire() {
        Random random = new Random(1);
        for (PolicyKey key : PolicyKey.values()) {
            ByteBuffer wire = ByteBuffer.allocate(Policy.WIRE_LENGTH);
            Policy.DEFAULT.encode(wire);
            wire.putLong(8 * key.ordinal(), -1 - random.nextInt(9)).flip();
            assertThatThrownBy(() -> Policy.decode(wire)).as(key.key()).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void unknownKeysAreNull() {
        assertThat(PolicyKey.parse("session.max-lifetimes")).isNull();
        assertThat(PolicyKey.SESSION_MAX_LIFETIME.key()).isEqualTo("session.max-lifetime");
        assertThat(PolicyKey.values()).hasSize(26);
    }

    @Test
    void tellsWhatIsNotTheDefault() {
        assertThat(Policy.DEFAULT).hasToString("Policy[]");
        assertThat(Policy.DEFAULT.with(PolicyKey.VOLATILITY_HEARTBEAT_MISSED, 5))
                .hasToString("Policy[volatility.heartbeat-missed=5]");
    }
}
