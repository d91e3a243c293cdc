package jumpvpn.node.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import jumpvpn.core.net.Prefix;
import org.jspecify.annotations.Nullable;

/** Reads and cross-checks a client's file. */
final class ClientFile {
    private static final List<String> SECTIONS =
            List.of("client", "network", "gateway", "packets", "dashboard", "export", "metrics");

    private final ConfigFile file;
    private final Problems problems;

    private ClientFile(ConfigFile file) {
        this.file = file;
        this.problems = file.problems();
    }

    static ClientConfig read(ConfigFile file) throws ConfigException {
        return new ClientFile(file).read();
    }

    private ClientConfig read() throws ConfigException {
        if (!file.isClient()) {
            problems.add(
                    1,
                    "this is no client's file: it has no [client]",
                    "start a gateway with \"jumpvpn gateway --config " + problems.file() + "\"");
            problems.throwIfAny();
        }
        file.onlySections(
                SECTIONS,
                "a client's file has [client], [network], [[gateway]] and perhaps [packets], [dashboard], [[export]], [metrics]; [policy] is the gateway's, which tells it to its clients");
        Section node = file.section("client", Sections.CLIENT);
        ClientConfig.@Nullable Network network = network(file.section("network", Sections.CLIENT_NETWORK));
        List<ClientConfig.Gateway> gateways = gateways();
        if (node == null || network == null) {
            problems.throwIfAny();
        }
        return node(Objects.requireNonNull(node), Objects.requireNonNull(network), gateways);
    }

    private ClientConfig node(Section node, ClientConfig.Network network, List<ClientConfig.Gateway> gateways)
            throws ConfigException {
        String name = node.value("name", (text, line) -> Names.node(text));
        NodeKey key = node.value(
                "private-key", (text, line) -> KeyFile.read(file.beside(text, "private-key"), "private key"));
        Path control = node.value("control", (text, line) -> file.beside(text, "control"));
        Path events = node.value("events", (text, line) -> file.beside(text, "events"));
        NodeKey eventsKey =
                node.value("events-key", (text, line) -> KeyFile.read(file.beside(text, "events-key"), "events key"));
        Packets packets = PacketsSection.read(file);
        Dashboard dashboard = DashboardSection.read(file);
        Exports exports = ExportSections.read(file);
        CryptoLibrary crypto = node.value("crypto", (text, line) -> CryptoLibrary.parse(text));
        problems.throwIfAny();
        return new ClientConfig(
                problems.file(),
                Section.present(name),
                Section.present(key),
                control,
                events,
                eventsKey,
                crypto == null ? CryptoLibrary.AUTO : crypto,
                packets,
                dashboard,
                exports,
                network,
                List.copyOf(gateways),
                file.warnings());
    }

    private static ClientConfig.@Nullable Network network(@Nullable Section section) {
        if (section == null) {
            return null;
        }
        String device = section.value("interface", (text, line) -> Names.device(text));
        List<Prefix> routes = new ArrayList<>();
        section.values("routes", (text, line) -> {
            Prefix route = Addresses.route(text);
            for (Prefix other : routes) {
                if (other.equals(route)) {
                    throw new BadValue("route " + route + " is listed twice", "remove one of the two");
                }
                if (other.overlaps(route)) {
                    Prefix inner = other.length() < route.length() ? route : other;
                    throw new BadValue(
                            "routes " + other + " and " + route + " overlap",
                            "remove " + inner + ", the other one covers it");
                }
            }
            routes.add(route);
            return route;
        });
        return new ClientConfig.Network(
                device == null ? "" : device, List.copyOf(routes), section.line(), section.lineOf("routes"));
    }

    private List<ClientConfig.Gateway> gateways() {
        List<Section> sections = file.sections("gateway", Sections.CLIENT_GATEWAY);
        List<ClientConfig.Gateway> gateways = new ArrayList<>();
        for (Section section : sections) {
            String name = section.value("name", (text, line) -> newName(text, gateways));
            PeerKey key = section.value("public-key", (text, line) -> GatewayFile.publicKey(text));
            List<GatewayEndpoint> endpoints = section.values("endpoints", EndpointText::endpoint);
            Endpoints.atLeastOne(file, section, "endpoints");
            if (name != null && key != null) {
                gateways.add(new ClientConfig.Gateway(name, key, List.copyOf(endpoints), section.line()));
            }
        }
        if (sections.isEmpty()) {
            problems.add(
                    1,
                    "there is no [[gateway]]",
                    "add one with name, public-key and endpoints, as \"jumpvpn client add\" writes it");
        }
        return gateways;
    }

    private static String newName(String text, List<ClientConfig.Gateway> gateways) throws BadValue {
        String name = Names.node(text);
        for (ClientConfig.Gateway gateway : gateways) {
            if (gateway.name().equals(name)) {
                throw new BadValue(
                        "gateway \"" + name + "\" is already in line " + gateway.line(),
                        "list its endpoints there, or give this one another name");
            }
        }
        return name;
    }
}
