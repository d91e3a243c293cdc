package jumpvpn.node.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.session.Policy;
import org.jspecify.annotations.Nullable;

/** Reads and cross-checks a gateway's file. */
final class GatewayFile {
    private static final List<String> SECTIONS = List.of(
            "gateway",
            "network",
            "client",
            "policy",
            "packets",
            "dashboard",
            "export",
            "metrics",
            "ownership",
            "cluster",
            "member");

    private final ConfigFile file;
    private final Problems problems;

    private GatewayFile(ConfigFile file) {
        this.file = file;
        this.problems = file.problems();
    }

    static GatewayConfig read(ConfigFile file) throws ConfigException {
        return new GatewayFile(file).read();
    }

    private GatewayConfig read() throws ConfigException {
        if (file.isClient()) {
            problems.add(
                    1, "this is a client's file", "start it with \"jumpvpn connect --config " + problems.file() + "\"");
            problems.throwIfAny();
        }
        file.onlySections(
                SECTIONS,
                "a gateway's file has [gateway], [network], [[client]] and perhaps [policy], [packets], [dashboard], [[export]], [metrics], [ownership], [cluster], [[member]]");
        Section node = file.section("gateway", Sections.GATEWAY);
        Section inner = file.section("network", Sections.GATEWAY_NETWORK);
        GatewayConfig.@Nullable Network network = network(inner);
        List<GatewayConfig.Client> clients = clients(network == null ? List.of() : network.addresses());
        Policy policy = PolicySection.read(file);
        if (node == null || network == null) {
            problems.throwIfAny();
        }
        Ownership ownership = OwnershipSection.read(file);
        Cluster cluster = ClusterSection.read(file);
        return node(
                Objects.requireNonNull(node),
                Objects.requireNonNull(inner),
                new Rest(Objects.requireNonNull(network), clients, policy, ownership, cluster));
    }

    /** What the other sections say. */
    private record Rest(
            GatewayConfig.Network network,
            List<GatewayConfig.Client> clients,
            Policy policy,
            Ownership ownership,
            Cluster cluster) {}

    private GatewayConfig node(Section node, Section network, Rest rest) throws ConfigException {
        String name = node.value("name", (text, line) -> Names.node(text));
        NodeKey key = node.value(
                "private-key", (text, line) -> KeyFile.read(file.beside(text, "private-key"), "private key"));
        List<Listen> listen = listen(node);
        Path control = node.value("control", (text, line) -> file.beside(text, "control"));
        Path events = node.value("events", (text, line) -> file.beside(text, "events"));
        NodeKey eventsKey =
                node.value("events-key", (text, line) -> KeyFile.read(file.beside(text, "events-key"), "events key"));
        Path state = node.value("state", (text, line) -> file.beside(text, "state"));
        Packets packets = PacketsSection.read(file);
        Dashboard dashboard = DashboardSection.read(file);
        Exports exports = ExportSections.read(file);
        CryptoLibrary crypto = node.value("crypto", (text, line) -> CryptoLibrary.parse(text));
        if (name != null) {
            ClusterSection.check(file, node, network, rest.ownership, rest.cluster, name);
        }
        problems.throwIfAny();
        return new GatewayConfig(
                problems.file(),
                Section.present(name),
                Section.present(key),
                List.copyOf(listen),
                control,
                events,
                eventsKey,
                state,
                crypto == null ? CryptoLibrary.AUTO : crypto,
                packets,
                dashboard,
                exports,
                rest.network,
                List.copyOf(rest.clients),
                rest.policy,
                rest.ownership,
                rest.cluster,
                file.warnings());
    }

    private List<Listen> listen(Section node) {
        List<Listen> given = new ArrayList<>();
        node.values("listen", (text, line) -> {
            Listen listen = EndpointText.listen(text, line);
            if (given.stream().anyMatch(other -> other.toString().equals(listen.toString()))) {
                throw new BadValue("\"" + text + "\" is listed twice", "remove one of the two");
            }
            given.add(listen);
            return listen;
        });
        Endpoints.atLeastOne(file, node, "listen");
        return given;
    }

    private GatewayConfig.@Nullable Network network(@Nullable Section section) {
        if (section == null) {
            return null;
        }
        String device = section.value("interface", (text, line) -> Names.device(text));
        List<Prefix> addresses = new ArrayList<>();
        section.values("address", (text, line) -> {
            Prefix prefix = Addresses.network(text);
            if (Addresses.sameFamily(
                    prefix.address(), addresses.stream().map(Prefix::address).toList())) {
                throw new BadValue(
                        "\"" + text + "\" is a second prefix of its family", "keep one IPv4 and one IPv6 prefix");
            }
            addresses.add(prefix);
            return prefix;
        });
        if (section.isEmptyList("address")) {
            problems.add(section.lineOf("address"), "\"address\" is empty", "write address = [\"10.77.0.1/24\"]");
        }
        return new GatewayConfig.Network(
                device == null ? "" : device, List.copyOf(addresses), section.flag("masquerade"), section.line());
    }

    private List<GatewayConfig.Client> clients(List<Prefix> prefixes) {
        List<GatewayConfig.Client> clients = new ArrayList<>();
        for (Section section : file.sections("client", Sections.GATEWAY_CLIENT)) {
            String name = section.value("name", (text, line) -> newName(text, clients));
            PeerKey key = section.value("public-key", (text, line) -> newKey(text, clients));
            List<IpAddress> addresses = addresses(section, prefixes, clients);
            if (name != null && key != null) {
                clients.add(new GatewayConfig.Client(name, key, addresses, section.line()));
            }
        }
        return clients;
    }

    private static String newName(String text, List<GatewayConfig.Client> clients) throws BadValue {
        String name = Names.node(text);
        for (GatewayConfig.Client client : clients) {
            if (client.name().equals(name)) {
                throw new BadValue(
                        "client \"" + name + "\" is already in line " + client.line(),
                        "give each client a name of its own");
            }
        }
        return name;
    }

    private static PeerKey newKey(String text, List<GatewayConfig.Client> clients) throws BadValue {
        PeerKey key = publicKey(text);
        for (GatewayConfig.Client client : clients) {
            if (client.publicKey().equals(key)) {
                throw new BadValue(
                        "this public key is already client \"" + client.name() + "\" in line " + client.line(),
                        "give each client a key of its own: jumpvpn genkey");
            }
        }
        return key;
    }

    static PeerKey publicKey(String text) throws BadValue {
        return KeyText.parse(text)
                .map(PeerKey::new)
                .orElseThrow(() -> new BadValue(
                        "the public key is none", "it is 44 characters of base64, as \"jumpvpn pubkey\" prints them"));
    }

    private List<IpAddress> addresses(Section section, List<Prefix> prefixes, List<GatewayConfig.Client> clients) {
        List<IpAddress> addresses = new ArrayList<>();
        section.values("address", (text, line) -> {
            IpAddress address = Addresses.address(text);
            checkInside(address, prefixes);
            for (GatewayConfig.Client client : clients) {
                if (client.addresses().contains(address)) {
                    throw new BadValue(
                            address + " already belongs to client \"" + client.name() + "\" in line " + client.line(),
                            "choose another address, or leave it out to get one from the pool");
                }
            }
            if (Addresses.sameFamily(address, addresses)) {
                throw new BadValue(
                        address + " is a second address of its family",
                        "give a client at most one IPv4 and one IPv6 address");
            }
            addresses.add(address);
            return address;
        });
        return List.copyOf(addresses);
    }

    private static void checkInside(IpAddress address, List<Prefix> prefixes) throws BadValue {
        if (prefixes.isEmpty()) {
            return; // said already
        }
        Optional<Prefix> around =
                prefixes.stream().filter(prefix -> prefix.contains(address)).findFirst();
        Prefix prefix = around.orElseThrow(() -> new BadValue(
                address + " is outside of the network",
                "choose one in "
                        + String.join(
                                " or ", prefixes.stream().map(Prefix::toString).toList())));
        if (prefix.address().equals(address)) {
            throw new BadValue(address + " is the gateway's own address", "choose another one in " + prefix);
        }
        if (Addresses.isReserved(address, prefix)) {
            throw new BadValue(
                    address + " is the network's own or broadcast address", "choose another one in " + prefix);
        }
    }
}
