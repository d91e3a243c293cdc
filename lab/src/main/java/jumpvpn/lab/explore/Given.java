package jumpvpn.lab.explore;

import java.util.List;
import java.util.Set;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.Hkdf;
import jumpvpn.core.security.KeyPair;
import jumpvpn.core.security.TicketSealer;
import jumpvpn.core.session.Fault;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.lab.sim.ToyAead;
import jumpvpn.lab.sim.ToyAgreement;

/**
 * What is the same in every state of a small world.
 *
 * @param faults planted in the core
 * @param opener opens what ends seal; seals nothing
 * @param tickets opens tickets
 */
record Given(
        Bounds bounds,
        Set<Fault> faults,
        Policy policy,
        KeyPair clientKeys,
        KeyPair gatewayKeys,
        AeadPort opener,
        TicketSealer tickets) {
    static final long WALL_SECONDS = 1_800_000_000L;
    static final IpAddress INNER = IpAddress.parse("10.77.0.1");
    static final int LINKS = 2;

    private static final long MILLI = 1_000_000L;
    private static final int SECONDS_A_DAY = 86_400;
    private static final int KEY_DAYS = 31;
    private static final IpAddress FIRST_LINK = IpAddress.parse("10.1.0.2");

    static Given of(Bounds bounds, Set<Fault> faults) {
        int[] drawn = {0};
        Crypto crypto = new Crypto(new ToyAead(), new ToyAgreement(), out -> {
            for (int i = 0; i < out.length; i++) {
                out[i] = (byte) Digest.mix(i, drawn[0]++);
            }
        });
        KeyPair clientKeys = KeyPair.generate(crypto);
        KeyPair gatewayKeys = KeyPair.generate(crypto);
        Policy policy = Policy.DEFAULT
                .with(PolicyKey.SESSION_TRANSPORT_LOSS_TTL, 20_000 * MILLI)
                .with(PolicyKey.SESSION_MAX_LIFETIME, 3_600_000 * MILLI)
                .with(PolicyKey.TRANSPORT_MAX_CANDIDATES, Given.LINKS);
        // derived as docs/protocol/wire.md says
        byte[] master = Hkdf.derive(new byte[0], gatewayKeys.privateKey(), "jumpvpn ticket master", new byte[0], 32);
        TicketSealer tickets = new TicketSealer(master, (int) (WALL_SECONDS / SECONDS_A_DAY), KEY_DAYS);
        return new Given(bounds, faults, policy, clientKeys, gatewayKeys, crypto.aead(), tickets);
    }

    static String name(int process) {
        return process == 0 ? "client" : "gw" + process;
    }

    /** Where a gateway listens. */
    static Endpoint endpoint(int gateway) {
        return new Endpoint(IpAddress.parse("198.51.100." + gateway), 4500);
    }

    /** The client's address on a link as others see it. */
    static Endpoint outer(int link) {
        return new Endpoint(new IpAddress(FIRST_LINK.high(), FIRST_LINK.low() + ((long) link << 16)), 10_000);
    }

    /** The gateway that a link leads to. */
    int gatewayOf(int link) {
        return Math.min(link + 1, bounds.gateways());
    }

    List<Integer> gateways() {
        return java.util.stream.IntStream.rangeClosed(1, bounds.gateways())
                .boxed()
                .toList();
    }
}
