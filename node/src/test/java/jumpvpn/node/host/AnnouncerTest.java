package jumpvpn.node.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.List;
import jumpvpn.core.net.IpAddress;
import org.junit.jupiter.api.Test;

/** The frames, byte by byte. That hosts heed them: {@code InsideNetworkTest}. */
class AnnouncerTest {
    private static final byte[] MAC = HexFormat.of().parseHex("02004c4f4f50");

    private static String hex(byte[] frame) {
        return HexFormat.of().formatHex(frame);
    }

    @Test
    void anAddressAsksEverybodyForItself() {
        assertThat(hex(Announcer.arp(MAC, IpAddress.parse("10.88.0.130"))))
                .isEqualTo("ffffffffffff" + "02004c4f4f50" + "0806" // Ethernet
                        + "0001" + "0800" + "06" + "04" + "0001" // a request
                        + "02004c4f4f50" + "0a580082" // who says it
                        + "000000000000" + "0a580082"); // of whom
    }

    @Test
    void anAdvertisementOverridesWithoutBeingAsked() {
        IpAddress source = IpAddress.parse("fe80::4cff:fe4f:4f50");
        assertThat(hex(Announcer.advertisement(MAC, source, IpAddress.parse("fd88::1:0:0:130"))))
                .isEqualTo("333300000001" + "02004c4f4f50" + "86dd" // Ethernet
                        + "60000000" + "0020" + "3a" + "ff" // 32 bytes of ICMPv6, hop limit 255
                        + "fe8000000000000000004cfffe4f4f50"
                        + "ff020000000000000000000000000001"
                        + "88" + "00" + "2126" + "20000000" // a neighbour advertisement with its checksum: override
                        + "fd880000000000000001000000000130"
                        + "0201" + "02004c4f4f50"); // the target's link-layer address
    }

    /** The one's complement sum over pseudo header and message, its checksum included, is all ones: RFC 1071. */
    @Test
    void theChecksumFitsEveryAddress() {
        for (long last = 0; last < 70_000; last += 13) {
            byte[] frame = Announcer.advertisement(MAC, IpAddress.v6(0xfe80L << 48, 1), IpAddress.v6(-1, last));
            int sum = 32 + 58;
            for (int at = 14 + 8; at < frame.length; at += 2) {
                sum += (frame[at] & 0xff) << 8 | frame[at + 1] & 0xff;
            }
            while (sum >>> 16 != 0) {
                sum = (sum & 0xffff) + (sum >>> 16);
            }
            assertThat(sum).isEqualTo(0xffff);
        }
    }

    @Test
    void whatIsNoEthernetIsRefused() throws Exception {
        try (Namespace namespace = Namespace.create()) {
            namespace.run(() -> {
                Link loopback;
                try (NetworkConfig config = NetworkConfig.open()) {
                    loopback = config.links().getFirst();
                }
                assertThatThrownBy(() -> Announcer.open(loopback))
                        .hasMessage(
                                "cannot announce addresses on lo: EOPNOTSUPP; it is no Ethernet: give the inner addresses a network of"
                                        + " their own and route it");
                Link gone = new Link(4711, "nosuchif", true, 1500, false, Link.Kind.ETHERNET, List.of());
                assertThatThrownBy(() -> Announcer.open(gone)).hasMessageContaining("ENODEV");
                return null;
            });
        }
    }
}
