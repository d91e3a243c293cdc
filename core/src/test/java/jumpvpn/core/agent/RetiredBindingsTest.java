package jumpvpn.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Bound;
import jumpvpn.core.data.ForwardingGate;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.data.PacketLayout;
import jumpvpn.core.security.JdkAead;
import jumpvpn.core.security.Suite;
import jumpvpn.core.session.Deadlines;
import org.junit.jupiter.api.Test;

/** A binding that was left receives for two seconds more and not a moment longer; then it is forgotten and its keys are wiped. */
class RetiredBindingsTest {
    private static final long DRAIN = 2_000_000_000L;

    private final LookupTable<Bound> bindings = new LookupTable<>();
    private final RetiredBindings retired = new RetiredBindings(bindings);

    private Binding binding(long wireId) {
        Binding binding = new Binding(
                new JdkAead(),
                new Binding.Parts(
                        new ForwardingGate(),
                        PacketLayout.DATA,
                        1,
                        Suite.AES_256_GCM,
                        new byte[32],
                        new byte[32],
                        wireId,
                        wireId,
                        1,
                        Outside.ONE,
                        64,
                        0));
        bindings.put(0, wireId, binding);
        return binding;
    }

    private static boolean isWiped(Binding binding) {
        return binding.sealed(PacketLayout.CONTROL, new byte[1], 1) == null;
    }

    @Test
    void itReceivesForTwoSecondsAndIsThenForgotten() {
        Binding left = binding(7);
        assertThat(retired.drainedNanos()).isEqualTo(Deadlines.NEVER);
        assertThat(retired.contains(left)).isFalse();
        retired.retire(100, left);
        assertThat(retired.contains(left)).isTrue();
        assertThat(retired.drainedNanos()).isEqualTo(100 + DRAIN);
        assertThat(left.receives(100 + DRAIN - 1)).isTrue();
        assertThat(left.receives(100 + DRAIN)).isFalse();
        assertThat(isWiped(left)).isFalse();
        retired.forget(100 + DRAIN);
        assertThat(retired.contains(left)).isFalse();
        assertThat(bindings.get(0, 7)).isNull();
        assertThat(isWiped(left)).isTrue();
        assertThat(retired.drainedNanos()).isEqualTo(Deadlines.NEVER);
    }

    @Test
    void eachHasItsOwnTwoSeconds() {
        Binding first = binding(7);
        Binding second = binding(8);
        retired.retire(0, first);
        retired.retire(500, second);
        assertThat(retired.drainedNanos()).as("the earlier").isEqualTo(DRAIN);
        retired.forget(DRAIN);
        assertThat(retired.contains(first)).isFalse();
        assertThat(retired.contains(second)).isTrue();
        assertThat(bindings.get(0, 8)).isSameAs(second);
        assertThat(retired.drainedNanos()).isBetween(DRAIN + 500, 2 * DRAIN);
        retired.forget(retired.drainedNanos());
        assertThat(bindings.size()).isZero();
    }

    @Test
    void theEndOfTheSessionEndsAllAtOnce() {
        Binding first = binding(7);
        Binding second = binding(8);
        retired.retire(0, first);
        retired.retire(500, second);
        retired.end(600);
        assertThat(bindings.size()).isZero();
        assertThat(first.receives(600)).isFalse();
        assertThat(isWiped(first)).isTrue();
        assertThat(isWiped(second)).isTrue();
    }

    @Test
    void whatTheyCarriedStillCounts() {
        Binding first = binding(7);
        Binding second = binding(8);
        first.sealed(PacketLayout.CONTROL, new byte[10], 1);
        second.sealed(PacketLayout.CONTROL, new byte[20], 1);
        retired.retire(0, first);
        retired.retire(500, second);
        assertThat(retired.sentBytes()).isEqualTo(2 * PacketLayout.OVERHEAD + 30);
        assertThat(retired.receivedBytes()).isZero();
        retired.end(600);
        assertThat(retired.sentBytes()).isEqualTo(2 * PacketLayout.OVERHEAD + 30);
    }
}
