package jumpvpn.node.runtime;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jumpvpn.core.agent.Agent;
import jumpvpn.core.agent.AgentStatus;
import jumpvpn.core.agent.Candidate;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.transport.LinkKind;
import jumpvpn.core.transport.Path;
import jumpvpn.node.config.ClientConfig;
import jumpvpn.node.config.GatewayEndpoint;
import jumpvpn.node.config.Packets;
import jumpvpn.node.host.Link;
import jumpvpn.node.host.LinuxException;
import org.jspecify.annotations.Nullable;

/**
 * The client's paths: every usable local address of every link that is up × every endpoint of every gateway, a transport each, bound to its interface. Called on the control
 * thread.
 */
final class ClientPaths {
    private static final long RESOLVE_PAUSE_MILLIS = 5_000;

    /** What makes a path the same one as before. */
    private record Key(Protocol protocol, String link, IpAddress local, String gateway, Endpoint remote) {}

    /** An endpoint whose address is known. */
    private record Target(Protocol protocol, String gateway, Endpoint remote, int preference) {}

    private final ClientConfig config;
    private final Packets packets;
    private final Agent agent;
    private final Sockets sockets;
    private final Runnable socketsChanged;
    private final ControlLoop control;
    private final Log log;
    private final Map<Key, Path> paths = new LinkedHashMap<>();
    /** Where each endpoint is, and the name of the gateway there. */
    private final Map<GatewayEndpoint, Map<IpAddress, String>> resolved = new HashMap<>();

    private final Set<GatewayEndpoint> beingResolved = new HashSet<>();
    private long resolvedNanos = Long.MIN_VALUE / 2;
    private List<Link> links = List.of();
    private int nextId = 1;

    ClientPaths(
            ClientConfig config,
            Packets packets,
            Agent agent,
            Sockets sockets,
            Runnable socketsChanged,
            ControlLoop control,
            Log log) {
        this.config = config;
        this.packets = packets;
        this.agent = agent;
        this.sockets = sockets;
        this.socketsChanged = socketsChanged;
        this.control = control;
        this.log = log;
    }

    /** Looks names up, off the control thread; literals are known at once. */
    void resolve() {
        for (ClientConfig.Gateway gateway : config.gateways()) {
            for (GatewayEndpoint endpoint : gateway.endpoints()) {
                endpoint.address()
                        .ifPresentOrElse(
                                address -> resolved.put(endpoint, Map.of(address, gateway.name())),
                                () -> lookUp(gateway, endpoint));
            }
        }
    }

    /** Looks names up again that are not being looked up and were not just before: where they lead may have changed. */
    void resolveAgain(long nowNanos) {
        if (nowNanos < resolvedNanos + RESOLVE_PAUSE_MILLIS * 1_000_000) {
            return;
        }
        resolvedNanos = nowNanos;
        for (ClientConfig.Gateway gateway : config.gateways()) {
            for (GatewayEndpoint endpoint : gateway.endpoints()) {
                if (endpoint.address().isEmpty()) {
                    lookUp(gateway, endpoint);
                }
            }
        }
    }

    private void lookUp(ClientConfig.Gateway gateway, GatewayEndpoint endpoint) {
        if (beingResolved.add(endpoint)) {
            Thread.ofVirtual().name("resolve").start(() -> lookUpUntilFound(gateway, endpoint));
        }
    }

    private void lookUpUntilFound(ClientConfig.Gateway gateway, GatewayEndpoint endpoint) {
        try {
            for (boolean said = false; ; said = true) {
                try {
                    List<IpAddress> addresses = new ArrayList<>();
                    for (InetAddress address : InetAddress.getAllByName(endpoint.host())) {
                        addresses.add(IpAddress.of(address.getAddress()));
                    }
                    if (control.post(now -> found(now, gateway, endpoint, addresses))) {
                        return;
                    }
                } catch (UnknownHostException e) {
                    if (!said) {
                        log.warn(config.file() + ":" + endpoint.line() + ": the name " + endpoint.host()
                                + " has no address yet; trying on");
                    }
                }
                Thread.sleep(RESOLVE_PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void found(
            long nowNanos, ClientConfig.Gateway gateway, GatewayEndpoint endpoint, List<IpAddress> addresses) {
        beingResolved.remove(endpoint);
        Set<IpAddress> needed = inUse(nowNanos);
        resolved.compute(
                endpoint,
                (_, before) ->
                        NamedAddresses.merged(gateway.name(), before == null ? Map.of() : before, addresses, needed));
        update(nowNanos, links);
    }

    /** Where the session is, and where paths lead that were not found dead. */
    private Set<IpAddress> inUse(long nowNanos) {
        AgentStatus status = agent.status(nowNanos);
        Set<IpAddress> inUse = new HashSet<>();
        if (status.path() != null) {
            inUse.add(status.path().remote().address());
        }
        for (Candidate candidate : status.candidates()) {
            if (!candidate.dead()) {
                inUse.add(candidate.path().remote().address());
            }
        }
        return inUse;
    }

    /** The kernel's links are these now: paths that lost theirs go first, so that a jump begins at once, then new ones come. */
    void update(long nowNanos, List<Link> now) {
        links = now;
        Map<Key, Wanted> wanted = wanted();
        for (Map.Entry<Key, Path> entry : List.copyOf(paths.entrySet())) {
            if (!wanted.containsKey(entry.getKey())) {
                paths.remove(entry.getKey());
                sockets.remove(entry.getValue().id());
                socketsChanged.run();
                log.info("path down: " + entry.getValue().name());
                agent.pathDown(nowNanos, entry.getValue().id());
            }
        }
        for (Map.Entry<Key, Wanted> entry : wanted.entrySet()) {
            if (!paths.containsKey(entry.getKey())) {
                Path path = open(entry.getKey(), entry.getValue());
                if (path != null) {
                    paths.put(entry.getKey(), path);
                    log.info("path up: " + path.name());
                    agent.pathUp(nowNanos, path);
                }
            }
        }
    }

    /** What a path of this key would be made of. */
    private record Wanted(Link link, int preference) {}

    private Map<Key, Wanted> wanted() {
        Map<Key, Wanted> wanted = new LinkedHashMap<>();
        for (Target target : targets()) {
            for (Link link : links) {
                if (!link.up() || link.name().equals(config.network().interfaceName())) {
                    continue;
                }
                for (Prefix address : link.addresses()) {
                    if (fits(link, address.address(), target.remote.address())) {
                        Key key =
                                new Key(target.protocol, link.name(), address.address(), target.gateway, target.remote);
                        wanted.put(key, new Wanted(link, target.preference));
                    }
                }
            }
        }
        return wanted;
    }

    private List<Target> targets() {
        List<Target> targets = new ArrayList<>();
        for (ClientConfig.Gateway gateway : config.gateways()) {
            int preference = 0;
            for (GatewayEndpoint endpoint : gateway.endpoints()) {
                for (Map.Entry<IpAddress, String> there :
                        resolved.getOrDefault(endpoint, Map.of()).entrySet()) {
                    Endpoint remote = new Endpoint(there.getKey(), endpoint.port());
                    targets.add(new Target(endpoint.protocol(), there.getValue(), remote, preference));
                }
                preference++;
            }
        }
        return targets;
    }

    private static boolean fits(Link link, IpAddress local, IpAddress remote) {
        return local.isV4() == remote.isV4()
                && link.loopback() == remote.isLoopback()
                && local.isLinkLocal() == remote.isLinkLocal();
    }

    private @Nullable Path open(Key key, Wanted wanted) {
        try {
            boolean ownHost = links.stream()
                    .flatMap(link -> link.addresses().stream())
                    .anyMatch(address -> address.address().equals(key.remote.address()));
            String device = wanted.link.loopback() || ownHost ? null : key.link;
            int id = nextId++;
            Endpoint local = new Endpoint(key.local, 0);
            if (!sockets.add(id, Transports.towards(key.protocol, local, device, key.remote, packets))) {
                log.warn("more than " + Sockets.MOST + " paths: " + key.link + " " + key.local + " is left out");
                return null;
            }
            socketsChanged.run();
            return new Path(
                    id,
                    key.protocol,
                    key.link,
                    kind(wanted.link),
                    key.local,
                    key.gateway,
                    key.remote,
                    wanted.preference);
        } catch (LinuxException e) {
            log.warn("no path by " + key.link + " from " + key.local + ": " + e.getMessage());
            return null;
        }
    }

    /** The name of a path that is up. */
    String name(int pathId) {
        return paths.values().stream()
                .filter(path -> path.id() == pathId)
                .map(Path::name)
                .findFirst()
                .orElse("");
    }

    private static LinkKind kind(Link link) {
        return switch (link.kind()) {
            case ETHERNET -> LinkKind.ETHERNET;
            case WIFI -> LinkKind.WIFI;
            case CELLULAR -> LinkKind.CELLULAR;
            case OTHER -> LinkKind.OTHER;
        };
    }
}
