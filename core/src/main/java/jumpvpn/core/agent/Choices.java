package jumpvpn.core.agent;

import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.transport.Path;
import org.jspecify.annotations.Nullable;

/** Which paths a session may ask, best first, those to its present gateway before those to others. */
final class Choices {
    private final ClientSession session;

    Choices(ClientSession session) {
        this.session = session;
    }

    /** Those to the present gateway. */
    List<Path> here() {
        return session.candidates.ranked(session.policy, session.gateway());
    }

    /** Those to the other gateways, in the order of the configuration. */
    List<Path> elsewhere() {
        return session.candidates.rankedElsewhere(
                session.policy, session.context.config().gateways(), session.gateway());
    }

    /** All but the active path. */
    List<Path> others() {
        List<Path> others = new ArrayList<>(here());
        others.removeIf(path -> path.id() == session.path.id());
        others.addAll(elsewhere());
        return others;
    }

    /** For an escape: this one first, if any; those elsewhere only if asked for, or if there are no others: the present gateway is one that another told of. */
    List<Path> escape(@Nullable Path first, boolean elsewhereToo) {
        List<Path> all = new ArrayList<>();
        if (first != null) {
            all.add(first);
        }
        List<Path> here = here();
        all.addAll(here);
        if (elsewhereToo || here.isEmpty()) {
            all.addAll(elsewhere());
        }
        return all;
    }

    /** The paths to these endpoints, of which a gateway told: candidates, or where there is none the path that was asked, with another end. */
    List<Path> towards(List<Endpoint> endpoints, Path asked) {
        List<Path> paths = new ArrayList<>();
        for (Endpoint endpoint : endpoints) {
            Path candidate = session.candidates.all().stream()
                    .filter(path -> path.remote().equals(endpoint) && session.policy.allows(path.protocol()))
                    .findFirst()
                    .orElse(null);
            if (candidate != null) {
                paths.add(candidate);
            } else if (endpoint.address().isV4() == asked.local().isV4()) {
                paths.add(asked.towards(endpoint));
            }
        }
        return paths;
    }
}
