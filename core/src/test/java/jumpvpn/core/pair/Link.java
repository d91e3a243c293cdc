package jumpvpn.core.pair;

import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.transport.LinkKind;
import jumpvpn.core.transport.Path;

/** One way between client and gateway, in memory: a delay, an outer address that a NAT gave, and a script that may swallow datagrams. */
final class Link {
    final Path path;
    long delayNanos;
    Endpoint outer;
    boolean passes = true;
    boolean leadsToSecond;
    Predicate<byte[]> swallowUp = _ -> false;
    Predicate<byte[]> swallowDown = _ -> false;
    ToLongFunction<byte[]> lateUpNanos = _ -> 0;
    ToLongFunction<byte[]> lateDownNanos = _ -> 0;
    Predicate<byte[]> twice = _ -> false;

    Link(int id, String name, String local, Endpoint gateway, long delayMillis) {
        this(id, name, local, "gw1", gateway, delayMillis);
    }

    Link(int id, String name, String local, String towards, Endpoint gateway, long delayMillis) {
        path = new Path(id, Protocol.UDP, name, LinkKind.ETHERNET, IpAddress.parse(local), towards, gateway, 0);
        outer = new Endpoint(IpAddress.parse(local), 40_000 + id);
        delayNanos = delayMillis * 1_000_000;
    }

    boolean carriesUp(byte[] datagram) {
        return passes && !swallowUp.test(datagram);
    }

    boolean carriesDown(byte[] datagram) {
        return passes && !swallowDown.test(datagram);
    }
}
