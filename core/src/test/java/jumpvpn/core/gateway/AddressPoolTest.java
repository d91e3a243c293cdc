package jumpvpn.core.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.security.KeyPair;
import jumpvpn.core.session.Policy;
import org.junit.jupiter.api.Test;

/** Who gets which inner address. */
class AddressPoolTest {
    private static byte[] key(long seed) {
        byte[] key = new byte[32];
        new Random(seed).nextBytes(key);
        return key;
    }

    private static GatewayConfig.Client client(long seed, String... addresses) {
        return new GatewayConfig.Client(
                "c" + seed,
                key(seed),
                Arrays.stream(addresses).map(IpAddress::parse).toList());
    }

    private static AddressPool pool(List<GatewayConfig.Client> clients, String... networks) {
        GatewayConfig config = new GatewayConfig(
                "gw1",
                new KeyPair(new byte[32], new byte[32]),
                Arrays.stream(networks).map(Prefix::parse).toList(),
                clients,
                Policy.DEFAULT,
                1400);
        return new AddressPool(config, new KnownClients(clients));
    }

    @Test
    void noTwoClientsHoldOneAddressUntilAllAreTaken() {
        List<GatewayConfig.Client> clients = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            clients.add(client(i));
        }
        AddressPool pool = pool(clients, "10.77.0.1/24", "fd77::1/64");
        TreeSet<IpAddress> seen = new TreeSet<>();
        int four = 0;
        for (GatewayConfig.Client client : clients) {
            List<Prefix> inner = pool.of(client.publicKey());
            for (Prefix prefix : inner) {
                assertThat(seen.add(prefix.address())).as("%s", prefix).isTrue();
                assertThat(prefix.length()).isEqualTo(prefix.address().isV4() ? 24 : 64);
                four += prefix.address().isV4() ? 1 : 0;
            }
            assertThat(inner.getLast().address().isV4())
                    .as("IPv6 has room for all")
                    .isFalse();
        }
        assertThat(four).as("254 less the gateway's own").isEqualTo(253);
        assertThat(seen)
                .doesNotContain(
                        IpAddress.parse("10.77.0.1"), IpAddress.parse("10.77.0.0"), IpAddress.parse("10.77.0.255"));
        assertThat(seen)
                .allMatch(address -> address.isV4()
                        ? Prefix.parse("10.77.0.0/24").contains(address)
                        : Prefix.parse("fd77::/64").contains(address));
    }

    @Test
    void aClientKeepsItsAddressOverRestartsAndOtherClients() {
        AddressPool before = pool(List.of(client(1), client(2)), "10.77.0.1/16");
        AddressPool after = pool(List.of(client(3), client(2), client(1)), "10.77.0.1/16");
        assertThat(after.of(key(1))).isEqualTo(before.of(key(1))).hasSize(1);
        assertThat(after.of(key(2))).isEqualTo(before.of(key(2)));
    }

    @Test
    void fixedAddressesAreTheirOwnersAlone() {
        List<GatewayConfig.Client> clients = new ArrayList<>();
        for (int i = 0; i < 252; i++) {
            clients.add(client(i));
        }
        clients.add(client(900, "10.77.0.77"));
        AddressPool pool = pool(clients, "10.77.0.1/24");
        assertThat(pool.of(key(900))).containsExactly(Prefix.parse("10.77.0.77/24"));
        for (int i = 0; i < 252; i++) {
            assertThat(pool.of(key(i))).hasSize(1).doesNotContain(Prefix.parse("10.77.0.77/24"));
        }
    }

    @Test
    void fixedAddressesOfBothFamiliesKeepTheNetworksLength() {
        AddressPool pool = pool(List.of(client(1, "fd77::9", "10.77.0.9")), "10.77.0.1/24", "fd77::1/64");
        assertThat(pool.of(key(1))).containsExactly(Prefix.parse("10.77.0.9/24"), Prefix.parse("fd77::9/64"));
    }

    @Test
    void aPoolWithoutRoomGivesNothing() {
        assertThat(pool(List.of(client(1)), "10.77.0.1/32").of(key(1))).isEmpty();
        assertThat(pool(List.of(client(1)), "10.77.0.1/31").of(key(1))).isEmpty();
        assertThat(pool(List.of(client(1), client(2)), "10.77.0.1/30").of(key(2)))
                .isEmpty();
        assertThat(pool(List.of(client(1)), "10.77.0.1/30").of(key(1))).containsExactly(Prefix.parse("10.77.0.2/30"));
        assertThat(pool(List.of(client(1, "192.0.2.1")), "10.77.0.1/24").of(key(1)))
                .isEmpty();
    }

    @Test
    void aStrangerHasNone() {
        assertThat(pool(List.of(client(1)), "10.77.0.1/24").of(key(2))).isEmpty();
    }
}
