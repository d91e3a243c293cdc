package jumpvpn.core.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.transport.Path;
import org.jspecify.annotations.Nullable;

/** Which paths a session may ask, best first. */
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

    /**
     * For an escape: this one first, if any, then what tells soonest whether a link has gone or the gateway: the present gateway by one path of each link, another gateway
     * that is ready, then all the rest, here before elsewhere. Those elsewhere only if asked for, or if there are no others: the present gateway is one that another told of.
     */
    List<Path> escape(@Nullable Path first, boolean elsewhereToo) {
        List<Path> here = here();
        List<Path> elsewhere = elsewhereToo || here.isEmpty() ? elsewhere() : List.of();
        List<Path> all = new ArrayList<>();
        if (first != null) {
            all.add(first);
        }
        all.addAll(oneOfEachLink(here));
        elsewhere.stream()
                .filter(path -> session.candidates.isReady(path.id()))
                .findFirst()
                .ifPresent(all::add);
        all.addAll(here);
        all.addAll(elsewhere);
        return all.stream().distinct().toList();
    }

    /** The best of each, but for links whose best is dead and the one on which the session's path died; if that is none, the best of all. */
    private List<Path> oneOfEachLink(List<Path> here) {
        TreeSet<String> links = new TreeSet<>();
        if (session.candidates.isDead(session.path.id())) {
            links.add(session.path.link());
        }
        List<Path> chosen = here.stream()
                .filter(path -> links.add(path.link()) && !session.candidates.isDead(path.id()))
                .toList();
        return chosen.isEmpty() ? here.stream().limit(1).toList() : chosen;
    }

    /** The best that is not found dead towards another gateway, else the one that was found so first; null if there is none. */
    @Nullable
    Path bestElsewhere() {
        List<Path> all = elsewhere();
        return all.stream()
                .filter(path -> !session.candidates.isDead(path.id()))
                .findFirst()
                .orElse(all.isEmpty() ? null : all.getFirst());
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
