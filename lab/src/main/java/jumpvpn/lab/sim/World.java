package jumpvpn.lab.sim;

/** Everything that one seed makes. */
final class World {
    final long seed;
    final Parts parts;
    final Scenario scenario;
    final Timeline timeline = new Timeline();
    final History history = new History();
    final Invariants invariants = new Invariants(this);
    final ClientNode client;
    final GatewayNode gateway;
    final Network network;
    final Traffic traffic;
    final Attacker attacker;
    final Faults faults;

    World(long seed, Parts parts) {
        this.seed = seed;
        this.parts = parts;
        scenario = Scenario.of(seed);
        network = new Network(this);
        traffic = new Traffic(this);
        gateway = new GatewayNode(this);
        client = new ClientNode(this);
        attacker = new Attacker(this);
        faults = new Faults(this);
    }
}
