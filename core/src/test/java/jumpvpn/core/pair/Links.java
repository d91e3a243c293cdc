package jumpvpn.core.pair;

import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.agent.AgentConfig;
import jumpvpn.core.security.KeyPair;
import jumpvpn.core.security.Suite;

/** All ways that a client has, and the gateways at their ends, which have one key. */
final class Links {
    private final List<Link> all = new ArrayList<>();

    Links(Link... first) {
        all.addAll(List.of(first));
    }

    /** One more; whoever adds it tells the agent. */
    void add(Link link) {
        all.add(link);
    }

    List<Link> all() {
        return all;
    }

    /** The one whose path this is. */
    Link of(int pathId) {
        return all.stream().filter(link -> link.path.id() == pathId).findFirst().orElseThrow();
    }

    /** A client that trusts them all. */
    AgentConfig config(KeyPair client, Suite suite, byte[] gatewayKey) {
        List<AgentConfig.Gateway> gateways =
                List.of(new AgentConfig.Gateway("gw1", gatewayKey), new AgentConfig.Gateway("gw2", gatewayKey));
        return new AgentConfig(client, suite, gateways);
    }
}
