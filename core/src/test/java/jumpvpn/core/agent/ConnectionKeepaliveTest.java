package jumpvpn.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.net.Protocol;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an idle session says over QUIC and TCP. */
class ConnectionKeepaliveTest {
    private static final long SECOND = 1000 * Script.MILLI;

    private Script script = Script.attached();

    /** Each packet costs another on the wire there, the carriage's own acknowledgement. */
    @ParameterizedTest
    @EnumSource(
            value = Protocol.class,
            names = {"QUIC", "TCP"})
    void aConnectionIsKeptOpenEveryTwentyEightSeconds(Protocol protocol) {
        script.up(5, protocol, "eth0", "gw1", Script.ONE);
        assertThat(script.agent.jump(script.now, protocol.scheme())).isNull();
        script.accept(script.lastRequest());
        script.run(3000);
        assertThat(script.status().path().protocol()).isEqualTo(protocol);
        script.forget();
        long last = Math.max(
                script.active().delivery.sentNanos(), script.active().delivery.receivedNanos());
        for (int i = 1; i <= 4; i++) {
            long sealed = script.active().sealed();
            script.runTo(last + i * 28 * SECOND - 1);
            assertThat(script.active().sealed()).isEqualTo(sealed);
            script.runTo(last + i * 28 * SECOND);
            assertThat(script.active().sealed()).isEqualTo(sealed + 1);
            assertThat(script.said).isEmpty();
        }
    }

    /** Its keys may seal for three minutes, and most keepalives there are looked at by nobody. */
    @ParameterizedTest
    @EnumSource(
            value = Protocol.class,
            names = {"QUIC", "TCP"})
    void anIdleConnectionRenewsItsKeysInTimeAndIsAskedEveryEighthTime(Protocol protocol) {
        script = Script.living(3600 * SECOND);
        script.up(5, protocol, "eth0", "gw1", Script.ONE);
        script.agent.jump(script.now, protocol.scheme());
        script.accept(script.lastRequest());
        script.forget();
        script.run(600_000);
        assertThat(script.rows()).isEmpty();
        assertThat(script.times(BindingMessage.Rekey.class)).hasSizeBetween(4, 5);
        assertThat(script.times(BindingMessage.Ping.class)).hasSize(7); // five with new keys, two of 21 keepalives
    }
}
