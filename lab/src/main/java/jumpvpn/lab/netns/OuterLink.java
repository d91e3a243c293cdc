package jumpvpn.lab.netns;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * What an observer of one outer link can say about it: which wire identifiers, message kinds and plain texts passed. It knows the wire format
 * from docs/protocol/wire.md only, not from our code.
 */
final class OuterLink {
    static final int DATA = 0x08;
    static final int CONTROL = 0x09;
    static final int REATTACH_REQUEST = 0x0b;
    static final int REATTACH_ANSWER = 0x0c;
    private static final int ETHERNET_BYTES = 14;
    private static final int IPV4 = 0x0800;
    private static final int IPV6 = 0x86dd;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMP = 1;
    private static final int IPV6_BYTES = 40;
    /** Hop-by-hop options, behind which listeners report (RFC 3810), and ICMPv6. */
    private static final List<Integer> CONTROL_V6 = List.of(0, 58);

    private static final int UDP_BYTES = 8;
    private static final String UP = "up ";
    private static final String DOWN = "down ";

    private final List<Protocol> transports;
    private final byte[] marker;
    /** Wire identifiers of DATA and CONTROL, with the direction: "up 0011223344556677". */
    final Set<String> wireIds = new LinkedHashSet<>();
    /** Datagrams by first byte. */
    final Map<Integer, Integer> kinds = new TreeMap<>();
    /** First time of each kind in each direction. */
    private final Map<String, Instant> first = new TreeMap<>();
    /** Frames that bear the marker. */
    int markers;
    /** IP packets that are not our datagrams (described, at most ten). */
    final Set<String> strangers = new LinkedHashSet<>();
    /** Identifier and counter seen twice with different bytes: one nonce for two packets. */
    int nonceRepeats;

    int frames;
    /** When a packet of ours passed, up and down. */
    private final List<Instant> up = new ArrayList<>();

    private final List<Instant> down = new ArrayList<>();

    private final Map<String, Integer> nonces = new HashMap<>();

    private OuterLink(List<Protocol> transports, byte[] marker) {
        this.transports = transports;
        this.marker = marker;
    }

    /** Reads a capture of a link on which both ends use these transports. */
    static OuterLink observe(Path capture, List<Protocol> transports, byte[] marker) throws IOException {
        OuterLink link = new OuterLink(transports, marker);
        link.frames = Pcap.read(capture, link::frame);
        return link;
    }

    /** Wire identifiers that both links carried: an observer of both could tell that they are one client. */
    static Set<String> common(OuterLink one, OuterLink other) {
        Set<String> common = new HashSet<>();
        for (String id : one.wireIds) {
            if (other.wireIds.contains(id)) {
                common.add(id);
            }
        }
        return common;
    }

    /** When the first datagram of this kind went up (away from the client) or down. */
    @Nullable
    Instant first(boolean up, int kind) {
        return first.get((up ? UP : DOWN) + kind);
    }

    private void frame(Instant at, byte[] frame) {
        if (contains(frame, marker)) {
            markers++;
        }
        if (frame.length < ETHERNET_BYTES + 20) {
            return;
        }
        int type = unsigned16(frame, 12);
        if (type == IPV4 || type == IPV6 && frame.length >= ETHERNET_BYTES + IPV6_BYTES) {
            packet(at, frame);
        }
    }

    /** How many packets of ours went up (away from the client) or down between these times. */
    long packets(boolean upwards, Instant from, Instant to) {
        return (upwards ? up : down)
                .stream().filter(at -> at.isAfter(from) && at.isBefore(to)).count();
    }

    private void packet(Instant at, byte[] frame) {
        if (isOurs(frame, ETHERNET_BYTES)) {
            (isUp(frame) ? up : down).add(at);
        }
        int udp = payload(frame, ETHERNET_BYTES);
        if (is(Protocol.UDP, frame, ETHERNET_BYTES)) {
            String direction = unsigned16(frame, udp + 2) == Product.PORT ? UP : DOWN;
            int end = Math.min(frame.length, udp + unsigned16(frame, udp + 4));
            datagram(at, direction, Arrays.copyOfRange(frame, udp + UDP_BYTES, Math.max(udp + UDP_BYTES, end)));
        } else if (!isOurs(frame, ETHERNET_BYTES) && !isControl(frame)) {
            stranger("IP protocol %d from %s".formatted(protocol(frame, ETHERNET_BYTES), addresses(frame)));
        }
    }

    /** A packet of one of the transports begins at {@code ip}. */
    private boolean isOurs(byte[] frame, int ip) {
        return transports.stream().anyMatch(transport -> is(transport, frame, ip));
    }

    private boolean isUp(byte[] frame) {
        int to = unsigned16(frame, payload(frame, ETHERNET_BYTES) + 2);
        return transports.stream().anyMatch(transport -> Product.port(transport) == to);
    }

    /** It is from or to the gateway's port for this transport. */
    private static boolean is(Protocol transport, byte[] frame, int ip) {
        int ports = payload(frame, ip);
        int port = Product.port(transport);
        return frame.length >= ports + UDP_BYTES
                && protocol(frame, ip) == (transport == Protocol.TCP ? TCP : UDP)
                && (unsigned16(frame, ports) == port || unsigned16(frame, ports + 2) == port);
    }

    /** Routers may say (ICMP) that a packet of ours could not be delivered: they quote it. Of IPv6 it is all that there is beside: neighbours and routers are found by it. */
    private boolean isControl(byte[] frame) {
        int icmp = payload(frame, ETHERNET_BYTES);
        boolean isError =
                protocol(frame, ETHERNET_BYTES) == ICMP && frame.length > icmp + 8 + 20 && isOurs(frame, icmp + 8);
        return isError || isV6(frame, ETHERNET_BYTES) && CONTROL_V6.contains(protocol(frame, ETHERNET_BYTES));
    }

    private static boolean isV6(byte[] frame, int ip) {
        return frame[ip] >>> 4 == 6;
    }

    private static int protocol(byte[] frame, int ip) {
        return frame[ip + (isV6(frame, ip) ? 6 : 9)] & 0xff;
    }

    private static int payload(byte[] frame, int ip) {
        return ip + (isV6(frame, ip) ? IPV6_BYTES : (frame[ip] & 0x0f) * 4);
    }

    private static String addresses(byte[] frame) {
        boolean v6 = isV6(frame, ETHERNET_BYTES);
        int at = ETHERNET_BYTES + (v6 ? 8 : 12);
        int bytes = v6 ? 16 : 4;
        return IpAddress.of(Arrays.copyOfRange(frame, at, at + bytes)) + " to "
                + IpAddress.of(Arrays.copyOfRange(frame, at + bytes, at + 2 * bytes));
    }

    private void datagram(Instant at, String direction, byte[] datagram) {
        if (datagram.length == 0) {
            return;
        }
        int kind = datagram[0] & 0xff;
        kinds.merge(kind, 1, Integer::sum);
        first.putIfAbsent(direction + kind, at);
        if ((kind == DATA || kind == CONTROL) && datagram.length >= WireFrame.DATA_HEADER_BYTES) {
            wireIds.add(direction + hex(datagram, 4, 12));
            Integer before = nonces.putIfAbsent(direction + hex(datagram, 4, 20), Arrays.hashCode(datagram));
            if (before != null && before != Arrays.hashCode(datagram)) {
                nonceRepeats++;
            }
        }
    }

    private void stranger(String what) {
        if (strangers.size() < 10) {
            strangers.add(what);
        }
    }

    private static int unsigned16(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
    }

    private static String hex(byte[] bytes, int from, int to) {
        return HexFormat.of().formatHex(bytes, from, to);
    }

    static boolean contains(byte[] text, byte[] wanted) {
        for (int i = 0; i + wanted.length <= text.length; i++) {
            if (Arrays.equals(text, i, i + wanted.length, wanted, 0, wanted.length)) {
                return true;
            }
        }
        return false;
    }
}
