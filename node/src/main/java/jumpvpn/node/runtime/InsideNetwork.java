package jumpvpn.node.runtime;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.node.host.BootClock;
import jumpvpn.node.host.NetworkConfig;
import jumpvpn.node.runtime.InsideLink.Place;
import jumpvpn.node.runtime.InsideLink.Wish;
import org.jspecify.annotations.Nullable;

/**
 * Leads the network behind the gateways to that gateway which has a session: what is here is answered for and announced, what is at another gateway is led on to it, and the operator's commands are told. The callers
 * never wait; a thread makes it so, and of one address only the newest wish counts. Of each prefix only the address is looked at. Any thread.
 */
final class InsideNetwork implements ClusterPort.Inside, AutoCloseable {
    private static final int BATCH = 256;
    private static final int MOST_ADDRESSES = 1 << 20;
    private static final long CLOSE_MILLIS = 1_500; // of the 3 s that the whole gateway has

    /**
     * What the operator wants.
     *
     * @param link the interface to the network behind; null: nothing is done there
     * @param onOwn a program that is told what is here; null: none
     * @param onRelease a program that is told what is not any more; null: none
     */
    record Setting(
            @Nullable String link,
            @Nullable Path onOwn,
            @Nullable Path onRelease) {}

    private final @Nullable InsideLink link;
    private final @Nullable InsideCommands commands;
    private final List<Prefix> networks;
    private final Log log;
    private final BootClock clock = new BootClock();
    private final Thread thread = new Thread(this::run, "inside");

    /** What is known of each address, if anything is. Guarded by this. */
    private final Map<IpAddress, Whereabouts> known = new HashMap<>();

    /** Addresses whose place is not made so yet. Guarded by this. */
    private final Set<IpAddress> changed = new LinkedHashSet<>();

    private boolean linksChanged;
    private boolean closing;
    private boolean refusalTold;

    private InsideNetwork(
            @Nullable InsideLink link, @Nullable InsideCommands commands, List<Prefix> networks, Log log) {
        this.link = link;
        this.commands = commands;
        this.networks = List.copyOf(networks);
        this.log = log;
    }

    /**
     * Opens the link and starts the threads that are needed, in the caller's network namespace.
     *
     * @param networks the inner networks: addresses outside of them are refused
     * @throws IOException with words for the operator
     */
    static InsideNetwork start(Setting setting, List<Prefix> networks, NetworkConfig network, Log log)
            throws IOException {
        InsideLink link = setting.link == null ? null : InsideLink.open(setting.link, networks, network, log);
        InsideCommands commands = setting.onOwn == null && setting.onRelease == null
                ? null
                : new InsideCommands(setting.onOwn, setting.onRelease, log);
        InsideNetwork inside = new InsideNetwork(link, commands, networks, log);
        if (link != null) {
            inside.thread.setDaemon(true);
            inside.thread.start();
        }
        if (commands != null) {
            commands.start();
        }
        return inside;
    }

    @Override
    public void owns(List<Prefix> inner) {
        move(inner, Whereabouts::owned);
    }

    @Override
    public void handsOn(List<Prefix> inner) {
        move(inner, Whereabouts::handedOn);
    }

    @Override
    public void releases(List<Prefix> inner, @Nullable IpAddress via) {
        move(inner, before -> before.released(link == null ? null : via));
    }

    @Override
    public void elsewhere(List<Prefix> inner, @Nullable IpAddress via) {
        if (link != null) {
            move(inner, before -> before.heard(via));
        }
    }

    @Override
    public void confirms(List<Prefix> inner) {
        move(inner, Whereabouts::confirmed);
    }

    private synchronized void move(List<Prefix> inner, UnaryOperator<Whereabouts> change) {
        for (Prefix prefix : inner) {
            IpAddress address = prefix.address();
            Whereabouts before = known.getOrDefault(address, Whereabouts.UNKNOWN);
            Whereabouts after = change.apply(before);
            if (!after.equals(before) && isTaken(address)) {
                put(address, before, after);
            }
        }
    }

    /** Whether it is one of ours, and there is room: what is heard from others leads packets, so it is looked at. */
    private boolean isTaken(IpAddress address) {
        boolean taken = networks.stream().anyMatch(each -> each.contains(address))
                && (known.size() < MOST_ADDRESSES || known.containsKey(address));
        if (!taken && !refusalTold) {
            refusalTold = true;
            log.warn("the inner address " + address + " is in none of " + networks + " or beyond " + MOST_ADDRESSES
                    + " addresses, so it is not led to its gateway; do all gateways have the same [network]?");
        }
        return taken;
    }

    private void put(IpAddress address, Whereabouts before, Whereabouts after) {
        if (after.equals(Whereabouts.UNKNOWN)) {
            known.remove(address);
        } else {
            known.put(address, after);
        }
        Place place = after.place();
        if (link != null && !place.equals(before.place())) {
            changed.add(address);
            notifyAll();
        }
        if (commands != null && before.place().here() != place.here()) {
            commands.put(address, place.here());
        }
    }

    /** The machine's links have changed: if the one inside has come back, everything is made so again. */
    synchronized void linksChanged() {
        linksChanged = true;
        notifyAll();
    }

    private void run() {
        try (InsideLink ours = Objects.requireNonNull(link)) {
            for (List<Wish> wishes = next(ours); wishes != null; wishes = next(ours)) {
                try {
                    ours.place(wishes);
                    ours.announce();
                } catch (RuntimeException e) {
                    log.bug("could not move inner addresses", e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The next wishes, or none if an announcement is due; null: closed. */
    private @Nullable List<Wish> next(InsideLink ours) throws InterruptedException {
        if (takeLinksChanged()) {
            try {
                if (ours.isNew()) {
                    changeAll();
                }
            } catch (IOException e) {
                log.warn("cannot use the network inside again: " + e.getMessage());
            }
        }
        return await(ours.nextNanos());
    }

    private synchronized boolean takeLinksChanged() {
        boolean was = linksChanged;
        linksChanged = false;
        return was;
    }

    private synchronized void changeAll() {
        changed.addAll(known.keySet());
    }

    private synchronized @Nullable List<Wish> await(long nextNanos) throws InterruptedException {
        while (!closing && changed.isEmpty() && !linksChanged) {
            long leftNanos = nextNanos - clock.nowNanos();
            if (leftNanos <= 0) {
                break;
            }
            wait(leftNanos / 1_000_000 + 1);
        }
        List<Wish> wishes = new ArrayList<>();
        Iterator<IpAddress> each = changed.iterator();
        while (each.hasNext() && wishes.size() < BATCH) {
            IpAddress address = each.next();
            wishes.add(new Wish(
                    address, known.getOrDefault(address, Whereabouts.UNKNOWN).place()));
            each.remove();
        }
        return closing ? null : wishes;
    }

    /** Takes everything away from the link and lets the command release what is here. */
    @Override
    public void close() {
        synchronized (this) {
            closing = true;
            notifyAll();
        }
        if (commands != null) { // the thread works meanwhile
            commands.close();
        }
        if (link != null) {
            join(thread);
        }
    }

    /** Waits until one of the inside network's threads has ended, within a bound. */
    static void join(Thread thread) {
        try {
            thread.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
