package jumpvpn.node.runtime;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.node.host.Announcer;
import jumpvpn.node.host.BootClock;
import jumpvpn.node.host.Errno;
import jumpvpn.node.host.Link;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.Neighbours;
import jumpvpn.node.host.NetworkConfig;
import jumpvpn.node.host.Proxying;
import jumpvpn.node.host.Undo;
import org.jspecify.annotations.Nullable;

/**
 * The link to the network behind the gateways, and what the kernel does there: it answers for the inner addresses that are here, and leads packets to those that are at another gateway
 * on to that one. One thread after construction; its end takes everything away.
 */
final class InsideLink implements AutoCloseable {
    /**
     * Where an inner address is.
     *
     * @param via where its gateway is reached on the link, null: not known, or it is here
     */
    record Place(boolean here, @Nullable IpAddress via) {
        static final Place HERE = new Place(true, null);
        static final Place NOWHERE = new Place(false, null);
    }

    /** That an address shall be there. */
    record Wish(IpAddress address, Place place) {}

    private final String name;
    private final List<Prefix> networks;
    private final NetworkConfig network;
    private final Log log;
    private final BootClock clock = new BootClock();
    private final Neighbours neighbours;
    private final Map<IpAddress, Undo> proxies = new HashMap<>();
    private final Map<IpAddress, Undo> routes = new HashMap<>();
    private final Announcements announcements = new Announcements();
    private @Nullable Link link;
    private @Nullable Announcer announcer;
    private Undo settings = () -> {};
    private boolean familyTold;

    private InsideLink(String name, List<Prefix> networks, NetworkConfig network, Log log) throws LinuxException {
        this.name = name;
        this.networks = networks;
        this.network = network;
        this.log = log;
        neighbours = Neighbours.open();
    }

    /**
     * Opens it and takes away what a killed process left.
     *
     * @param networks the inner networks; those that lie inside a network of the link are answered for there, the others have to be routed to the gateways
     */
    static InsideLink open(String name, List<Prefix> networks, NetworkConfig network, Log log) throws IOException {
        InsideLink opened = new InsideLink(name, networks, network, log);
        try {
            opened.raise();
            return opened;
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private void raise() throws IOException {
        Link found = find();
        if (found == null) {
            throw new LinuxException(Errno.ENODEV, "use " + name + " as the network inside");
        }
        for (Prefix inner : networks) {
            for (Prefix outer : found.addresses()) {
                if (outer.overlaps(inner) && inner.length() <= outer.length()) {
                    throw new IOException(
                            "the inner network " + inner.network() + " is not narrower than " + outer.network() + " of "
                                    + name
                                    + ", so the kernel would not lead it into the tunnel; take a part of it, or a network of its own");
                }
            }
        }
        settings = Proxying.enable(name);
        int left = neighbours.clear(name, networks);
        if (left > 0) {
            log.info("took " + left + " entries away that an earlier run left on " + name);
        }
        attach(found);
        for (Prefix inner : networks) {
            boolean answers = isOnLink(inner.address());
            log.info(name + ": " + (answers ? "answers for sessions' addresses of " : "others have to route here: ")
                    + inner.network());
        }
    }

    private @Nullable Link find() throws LinuxException {
        return network.links().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    private void attach(Link found) throws LinuxException {
        link = found;
        if (announcer != null) {
            announcer.close();
            announcer = null;
        }
        if (networks.stream().anyMatch(inner -> isOnLink(inner.address()))) {
            announcer = Announcer.open(found);
        }
    }

    private boolean isOnLink(IpAddress address) {
        return link != null
                && link.addresses().stream().anyMatch(each -> !each.address().isLinkLocal() && each.contains(address));
    }

    /** After a change of links. True: the link has come back or is another one, and what the kernel had for it may be lost, so all has to be placed again. */
    boolean isNew() throws IOException {
        Link before = link;
        Link found = find();
        if (found == null || found.equals(before)) {
            return false;
        }
        if (before != null && before.index() != found.index()) {
            settings.close();
            settings = Proxying.enable(name);
        }
        attach(found);
        return found.up();
    }

    /** Makes these so; what fails is said and left. */
    void place(List<Wish> wishes) {
        int failed = 0;
        String first = "";
        for (Wish wish : wishes) {
            try {
                place(wish.address, wish.place);
            } catch (IOException e) {
                first = failed++ == 0 ? String.valueOf(e.getMessage()) : first;
            }
        }
        if (failed > 0) {
            log.warn(failed + " of " + wishes.size() + " inner addresses were not moved on " + name + ": " + first);
        }
    }

    private void place(IpAddress address, Place place) throws IOException {
        if (place.here) {
            end(routes.remove(address));
            if (isOnLink(address)) {
                proxies.put(address, neighbours.proxy(name, address));
                announcements.add(address, clock.nowNanos());
            }
            return;
        }
        announcements.remove(address);
        try {
            if (place.via != null && isOfFamily(address, place.via)) {
                routes.put(address, neighbours.route(address, place.via, name));
            } else {
                end(routes.remove(address));
            }
        } finally {
            end(proxies.remove(address));
        }
    }

    private boolean isOfFamily(IpAddress address, IpAddress via) {
        boolean same = address.isV4() == via.isV4();
        if (!same && !familyTold) {
            familyTold = true;
            log.warn("packets to inner addresses of the other family than " + via
                    + " are not led on to that gateway: what strays here is lost");
        }
        return same;
    }

    private static void end(@Nullable Undo undo) throws IOException {
        if (undo != null) {
            undo.close();
        }
    }

    /** When {@link #announce} has something to do, or {@link Announcements#NEVER}. */
    long nextNanos() {
        return announcements.nextNanos();
    }

    /** Sends the announcements that are due. */
    void announce() {
        List<IpAddress> due = announcements.take(clock.nowNanos());
        if (announcer == null || due.isEmpty()) {
            return;
        }
        try {
            announcer.announce(due);
        } catch (LinuxException e) {
            log.warn("not all of " + due.size() + " announcements were sent: " + e.getMessage());
        }
    }

    /** Ends all that it made. */
    @Override
    public void close() {
        routes.values().forEach(this::endOrSay);
        proxies.values().forEach(this::endOrSay);
        if (announcer != null) {
            announcer.close();
        }
        endOrSay(settings);
        neighbours.close();
    }

    private void endOrSay(Undo undo) {
        try {
            undo.close();
        } catch (IOException e) {
            log.warn("could not put everything back on " + name + ": " + e.getMessage());
        }
    }
}
