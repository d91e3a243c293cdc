package jumpvpn.node.host;

import java.util.List;

/**
 * Watches the interfaces, addresses and default routes of the network namespace in which it was opened. Every relevant event leads to one complete reading, so the list is
 * always one that the kernel had, and lost events cost nothing but that reading. One thread.
 */
public final class LinkMonitor implements AutoCloseable {
    private static final int RTMGRP_LINK = 1;
    private static final int RTMGRP_IPV4_IFADDR = 0x10;
    private static final int RTMGRP_IPV4_ROUTE = 0x40;
    private static final int RTMGRP_IPV6_IFADDR = 0x100;
    private static final int RTMGRP_IPV6_ROUTE = 0x400;
    private static final int MAX_READS_A_DRAIN = 1024;

    private final Netlink events;
    private final Netlink requests;
    private final LinkTable table;
    private List<Link> links;
    private boolean linksTouched;
    private boolean defaultRouteTouched;

    private LinkMonitor(Netlink events, Netlink requests) throws LinuxException {
        this.events = events;
        this.requests = requests;
        table = new LinkTable(requests);
        links = table.read(); // after subscribing: what changes in between is an event
    }

    /** Subscribes and reads everything once. */
    public static LinkMonitor open() throws LinuxException {
        Netlink events = Netlink.open(
                RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_ROUTE);
        Netlink requests = null;
        try {
            requests = Netlink.open(0);
            return new LinkMonitor(events, requests);
        } catch (LinuxException e) {
            events.close();
            if (requests != null) {
                requests.close();
            }
            throw e;
        }
    }

    /** Readable when {@link #drain()} has something to do. */
    public int fd() {
        return events.fd();
    }

    /**
     * Takes all events that wait and brings {@link #links()} up to date.
     *
     * @return whether the list differs now, or a default route came, went or changed
     */
    public boolean drain() throws LinuxException {
        linksTouched = false;
        defaultRouteTouched = false;
        try {
            int reads = 0;
            while (reads < MAX_READS_A_DRAIN && events.events(this::event)) {
                reads++;
            }
        } catch (LinuxException e) {
            if (e.errno() != Errno.ENOBUFS) {
                throw e;
            }
            linksTouched = true; // more happened than the socket could hold
            defaultRouteTouched = true;
        }
        if (!linksTouched) {
            return defaultRouteTouched;
        }
        List<Link> before = links;
        links = table.read();
        return defaultRouteTouched || !before.equals(links);
    }

    private void event(Netlink.Message message) {
        switch (message.type()) {
            case LinkTable.RTM_NEWLINK, LinkTable.RTM_DELLINK, LinkTable.RTM_NEWADDR, LinkTable.RTM_DELADDR ->
                linksTouched = true;
            case Route.RTM_NEWROUTE, Route.RTM_DELROUTE -> defaultRouteTouched |= Route.isDefault(message);
            default -> {}
        }
    }

    /** All interfaces by index, as of the last {@link #drain()}; immutable. */
    public List<Link> links() {
        return links;
    }

    @Override
    public void close() {
        events.close();
        requests.close();
    }
}
