package jumpvpn.lab.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import jumpvpn.core.ownership.SessionRecord;
import org.jspecify.annotations.Nullable;

/** Everything that one seed makes. */
final class World {
    final long seed;
    final Parts parts;
    final Scenario scenario;
    final Timeline timeline = new Timeline();
    final History history = new History();
    final Histories histories = new Histories();
    final Coverage coverage = new Coverage();
    final Steps steps = new Steps();
    final Invariants invariants;
    final Exchange exchange;
    final List<ClientNode> clients = new ArrayList<>();
    final List<GatewayNode> gateways = new ArrayList<>();
    final @Nullable SimTable sharedTable;
    final Network network;
    final Traffic traffic;
    final Attacker attacker;
    final Insider insider;
    final Faults faults;

    World(long seed, Parts parts, Scenario scenario) {
        this.seed = seed;
        this.parts = parts;
        this.scenario = scenario;
        invariants = new Invariants(this);
        exchange = new Exchange(parts.aead());
        sharedTable =
                scenario.store().shared() ? new SimTable(this, scenario.store().leaseNanos()) : null;
        for (int i = 0; i < scenario.gateways(); i++) {
            gateways.add(new GatewayNode(this, i));
        }
        exchange.open(gateways.stream().map(GatewayNode::tickets).toList());
        for (int i = 0; i < scenario.clients(); i++) {
            clients.add(new ClientNode(this, i));
        }
        network = new Network(this);
        traffic = new Traffic(this);
        attacker = new Attacker(this);
        insider = new Insider(this);
        faults = new Faults(this);
    }

    /** The index of the client with this public key in hexadecimal. */
    int clientOf(String clientKey) {
        for (ClientNode client : clients) {
            if (SessionRecord.clientKey(client.own.publicKey()).equals(clientKey)) {
                return client.index;
            }
        }
        throw new IllegalArgumentException("no client's key: " + clientKey);
    }

    /** All processes, gateways first. */
    List<Node> nodes() {
        return Stream.concat(gateways.stream(), clients.stream()).toList();
    }
}
