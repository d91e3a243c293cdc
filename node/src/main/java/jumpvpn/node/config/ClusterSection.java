package jumpvpn.node.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import org.jspecify.annotations.Nullable;

/** Reads {@code [cluster]} and {@code [[member]]}. */
final class ClusterSection {
    private ClusterSection() {}

    /** What the file says, perhaps nothing; what it says wrongly is a problem by then. */
    static Cluster read(ConfigFile file) {
        List<Cluster.Member> members = members(file);
        Section section = file.optionalSection("cluster", Sections.CLUSTER);
        if (section == null) {
            return new Cluster(null, null, null, null, members);
        }
        return new Cluster(
                section.value("secret", (text, line) -> KeyFile.read(file.beside(text, "secret"), "secret key")),
                section.value("inside", (text, line) -> Names.device(text)),
                section.value("on-own", (text, line) -> program(file.beside(text, "on-own"))),
                section.value("on-release", (text, line) -> program(file.beside(text, "on-release"))),
                members);
    }

    private static Path program(Path file) throws BadValue {
        if (!Files.isRegularFile(file)) {
            throw new BadValue(file + (Files.exists(file) ? " is no file" : " does not exist"), "name a program");
        }
        if (!Files.isExecutable(file)) {
            throw new BadValue(file + " can't be run", "chmod +x " + file);
        }
        return file.toAbsolutePath(); // a bare name would be looked for on the PATH
    }

    private static List<Cluster.Member> members(ConfigFile file) {
        List<Cluster.Member> members = new ArrayList<>();
        for (Section section : file.sections("member", Sections.MEMBER)) {
            String name = section.value("name", (text, line) -> newName(text, members));
            int number = section.number("number", 1, Cluster.MOST_NUMBER, 0);
            List<Endpoint> endpoints = section.values("endpoints", ClusterSection::endpoint).stream()
                    .sorted(Comparator.comparing(
                            GatewayEndpoint::protocol)) // other gateways take the first, which is to be UDP
                    .map(ClusterSection::literal)
                    .distinct()
                    .toList();
            IpAddress inside = section.value("inside", (text, line) -> Addresses.address(text));
            if (number != 0) {
                checkNew(file, section, number, members);
            }
            if (name != null) {
                members.add(new Cluster.Member(name, number, endpoints, inside, section.flag("gone"), section.line()));
            }
        }
        return List.copyOf(members);
    }

    private static String newName(String text, List<Cluster.Member> members) throws BadValue {
        String name = Names.node(text);
        Optional<Cluster.Member> same =
                members.stream().filter(member -> member.name().equals(name)).findFirst();
        if (same.isPresent()) {
            throw new BadValue(
                    "member \"" + name + "\" is already in line " + same.get().line(), "remove one of the two");
        }
        return name;
    }

    private static void checkNew(ConfigFile file, Section section, int number, List<Cluster.Member> members) {
        for (Cluster.Member member : members) {
            if (member.number() == number) {
                file.problems()
                        .add(
                                section.lineOf("number"),
                                "number " + number + " is already member \"" + member.name() + "\" in line "
                                        + member.line(),
                                "give each member a number of its own, for good");
            }
        }
    }

    private static GatewayEndpoint endpoint(String text, int line) throws BadValue {
        GatewayEndpoint endpoint = EndpointText.endpoint(text, line);
        if (endpoint.address().filter(literal -> !literal.isUnspecified()).isEmpty()) {
            throw new BadValue(
                    "\"" + text + "\" is no address that a client can go to",
                    "write the address that clients reach the gateway at, such as udp://198.51.100.1:4500");
        }
        return endpoint;
    }

    private static Endpoint literal(GatewayEndpoint endpoint) {
        return new Endpoint(endpoint.address().orElseThrow(), endpoint.port());
    }

    /** What does not fit together across sections. */
    static void check(
            ConfigFile file, Section gateway, Section network, Ownership ownership, Cluster cluster, String name) {
        new Check(file, gateway, network, ownership, cluster, name).all();
    }

    private record Check(
            ConfigFile file, Section gateway, Section network, Ownership ownership, Cluster cluster, String name) {
        void all() {
            switch (ownership.mode()) {
                case EMBEDDED -> embedded();
                case STICKY -> sticky();
                case ETCD -> etcd();
            }
        }

        private void embedded() {
            if (!cluster.members().isEmpty()) {
                warn(
                        cluster.members().getFirst().line(),
                        "[[member]] has no effect without others",
                        "add [ownership] with mode = \"etcd\" or \"sticky\", or remove it");
            }
        }

        private void sticky() {
            if (cluster.members().isEmpty()) {
                problem(
                        1,
                        "mode \"sticky\" needs the set of gateways",
                        "add a [[member]] with name, number and endpoints for each, this one included");
            }
            member();
            if (!gateway.has("state")) {
                warn(
                        gateway.line(),
                        "without \"state\" the sessions end with this process, and no other gateway may take them",
                        "add state = \"" + name + ".state\"");
            }
        }

        private void etcd() {
            member();
            if (gateway.has("state")) {
                warn(
                        gateway.lineOf("state"),
                        "\"state\" has no effect with mode = \"etcd\": the store keeps the sessions",
                        "remove it");
            }
            if (network.flag("masquerade")) {
                masqueraded(network.lineOf("masquerade"), cluster.inside());
            }
        }

        private void masqueraded(int line, @Nullable String inside) {
            if (inside == null) {
                warn(
                        line,
                        "behind masquerade what clients have open inside does not outlive its gateway: the next one has another address there",
                        "route the inner network to the gateways, or name the [cluster] \"inside\" interface, and remove it");
            } else {
                problem(
                        line,
                        "masquerade = true does not go with [cluster] inside = \"" + inside + "\"",
                        "keep one: behind masquerade what clients have open inside does not outlive its gateway");
            }
        }

        private void member() {
            if (!cluster.members().isEmpty() && cluster.member(name).isEmpty()) {
                problem(
                        cluster.members().getFirst().line(),
                        "no [[member]] is this gateway, \"" + name + "\"",
                        "add one of this name, with a number of its own, the same in every gateway's file");
            }
        }

        private void problem(int line, String what, String suggestion) {
            file.problems().add(line, what, suggestion);
        }

        private void warn(int line, String what, String suggestion) {
            file.warn(line, what, suggestion);
        }
    }
}
