package jumpvpn.node.transport;

import java.util.HashMap;
import java.util.Map;
import jumpvpn.core.net.IpAddress;

/**
 * How many connections a listener lets in, since anybody can connect: in all and from one source (an IPv4 address, or an IPv6 /64), those that are not usable yet counted
 * apart. On Netty's thread only.
 */
public final class Admission {
    private static final int MOST = 4096;
    private static final int MOST_OF_SOURCE = 256;
    private static final int MOST_UNFINISHED = 512;
    private static final int MOST_UNFINISHED_OF_SOURCE = 32;
    private static final int MANY_UNFINISHED = 64;

    private static final class Source {
        int all;
        int unfinished;
    }

    private final Map<IpAddress, Source> sources = new HashMap<>();
    private int all;
    private int unfinished;

    /** A connection begins. @return false: it is one too many, and is not counted */
    public boolean enter(IpAddress address) {
        Source source = sources.computeIfAbsent(source(address), _ -> new Source());
        boolean room = all < MOST
                && unfinished < MOST_UNFINISHED
                && source.all < MOST_OF_SOURCE
                && source.unfinished < MOST_UNFINISHED_OF_SOURCE;
        if (room) {
            all++;
            unfinished++;
            source.all++;
            source.unfinished++;
        } else if (source.all == 0) {
            sources.remove(source(address));
        }
        return room;
    }

    /** Whether so many are not usable yet that newcomers should prove their address before they enter. */
    public boolean isCrowded() {
        return unfinished >= MANY_UNFINISHED;
    }

    /** One that entered is usable now. */
    public void finish(IpAddress address) {
        unfinished--;
        of(address).unfinished--;
    }

    /** One that is usable has another address now; it is not turned away for that. */
    public void move(IpAddress from, IpAddress to) {
        Source source = sources.computeIfAbsent(source(to), _ -> new Source());
        source.all++;
        all++;
        leave(from, true);
    }

    /** One that entered is over. */
    public void leave(IpAddress address, boolean wasFinished) {
        if (!wasFinished) {
            finish(address);
        }
        all--;
        if (--of(address).all == 0) {
            sources.remove(source(address));
        }
    }

    private Source of(IpAddress address) {
        Source source = sources.get(source(address));
        if (source == null) {
            throw new IllegalStateException("nothing entered from " + address);
        }
        return source;
    }

    private static IpAddress source(IpAddress address) {
        return address.isV4() ? address : IpAddress.v6(address.high(), 0);
    }
}
