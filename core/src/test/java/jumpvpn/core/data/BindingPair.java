package jumpvpn.core.data;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.security.JdkAead;
import jumpvpn.core.security.Suite;

/** Two bindings that face each other, as client and gateway have them. */
final class BindingPair {
    static final Endpoint LEFT = new Endpoint(IpAddress.parse("192.0.2.1"), 1111);
    static final Endpoint RIGHT = new Endpoint(IpAddress.parse("203.0.113.1"), 4500);
    static final long LEFT_ID = 0x1111_2222_3333_4444L;
    static final long RIGHT_ID = 0x8888_7777_6666_5555L;

    final Binding left;
    final Binding right;

    BindingPair() {
        this(Suite.AES_256_GCM, PacketLayout.DATA);
    }

    BindingPair(Suite suite, byte dataType) {
        byte[] there = key(1);
        byte[] back = key(2);
        left = new Binding(
                new JdkAead(),
                new Binding.Parts(
                        new ForwardingGate(),
                        dataType,
                        1,
                        suite,
                        there,
                        back,
                        LEFT_ID,
                        RIGHT_ID,
                        1,
                        RIGHT,
                        8192,
                        7_000_000_000_000L));
        right = new Binding(
                new JdkAead(),
                new Binding.Parts(
                        new ForwardingGate(),
                        dataType,
                        1,
                        suite,
                        back,
                        there,
                        RIGHT_ID,
                        LEFT_ID,
                        2,
                        LEFT,
                        8192,
                        7_000_000_000_000L));
    }

    private static byte[] key(int fill) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) fill);
        return key;
    }

    /** The right end opens a copy of the datagram. */
    int rightOpens(byte[] datagram, long nowNanos) {
        return open(right, datagram, nowNanos, LEFT);
    }

    int leftOpens(byte[] datagram, long nowNanos) {
        return open(left, datagram, nowNanos, RIGHT);
    }

    static int open(Binding binding, byte[] datagram, long nowNanos, Endpoint from) {
        return binding.open(
                MemorySegment.ofArray(datagram.clone()),
                0,
                datagram.length,
                nowNanos,
                from.address().high(),
                from.address().low(),
                from.port());
    }

    static int dropped(DropReason reason) {
        return -1 - reason.ordinal();
    }
}
