package jumpvpn.core.agent;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.transport.LinkKind;
import jumpvpn.core.transport.Path;
import org.jspecify.annotations.Nullable;

/** The paths that are up, and the order in which to try them (contract section 3, Selection). */
final class Candidates {
    /** @param rttNanos the newest that is known, 0 if none is */
    private record Answer(long rttNanos, long atNanos) {
        static final Answer NONE = new Answer(0, 0);
    }

    final Networks networks = new Networks();
    private final TreeMap<Integer, Path> paths = new TreeMap<>();
    private final TreeMap<Integer, Long> deadSinceNanos = new TreeMap<>();
    private final TreeMap<Integer, Answer> answers = new TreeMap<>();
    private final TreeSet<Integer> ready = new TreeSet<>();

    void add(Path path) {
        paths.put(path.id(), path);
        deadSinceNanos.remove(path.id());
        networks.of(path).keepalive.doubt();
    }

    /** A session is carried by the path: it is ready, and its protocol works in its network. */
    void carried(Path path) {
        ready(path.id());
        networks.of(path).carried = path.protocol();
    }

    void remove(int id) {
        paths.remove(id);
        deadSinceNanos.remove(id);
        answers.remove(id);
        ready.remove(id);
    }

    /** The path was found dead: it comes after all others until it proves itself. */
    void markDead(int id, long nowNanos) {
        if (paths.containsKey(id)) {
            deadSinceNanos.put(id, nowNanos);
            ready.remove(id);
        }
    }

    /** Whether the path was found dead, and has not proved itself since. */
    boolean isDead(int id) {
        return deadSinceNanos.containsKey(id);
    }

    /** The path is the session's, or a standby that answered when it was asked last. */
    void ready(int id) {
        ready.add(id);
    }

    boolean isReady(int id) {
        return ready.contains(id);
    }

    /** The newest round trip of the path, 0 while unknown. */
    long rttNanos(int id) {
        return answers.getOrDefault(id, Answer.NONE).rttNanos;
    }

    /** No others than the session's path and these standbys are ready any more. */
    void keepReady(int active, Set<Integer> standbys) {
        ready.removeIf(id -> id != active && !standbys.contains(id));
    }

    /**
     * An answer came by the path: it has proved itself.
     *
     * @param rttNanos 0 if the answer told none: then the one before is still the newest
     */
    void answered(int id, long nowNanos, long rttNanos) {
        deadSinceNanos.remove(id);
        heard(id, nowNanos, rttNanos);
    }

    /** The same of a binding's packets, the newest of then; what was found dead stays so. */
    void heard(int id, long atNanos, long rttNanos) {
        if (paths.containsKey(id)) {
            Answer before = answers.getOrDefault(id, Answer.NONE);
            long newest = rttNanos == 0 ? before.rttNanos : rttNanos;
            answers.put(id, new Answer(newest, Math.max(before.atNanos, atNanos)));
        }
    }

    @Nullable
    Path get(int id) {
        return paths.get(id);
    }

    List<Path> all() {
        return List.copyOf(paths.values());
    }

    /** All of them with what is known of each, by id. */
    List<Candidate> known() {
        return paths.values().stream()
                .map(path -> {
                    Answer newest = answers.getOrDefault(path.id(), Answer.NONE);
                    boolean dead = deadSinceNanos.containsKey(path.id());
                    return new Candidate(path, dead, ready.contains(path.id()), newest.rttNanos, newest.atNanos);
                })
                .toList();
    }

    /** The first path that an operator's word matches, or null; those towards this gateway come before others. */
    @Nullable
    Path matching(String word, String gateway, int exceptId) {
        Path elsewhere = null;
        for (Path path : paths.values()) {
            if (path.id() != exceptId && path.matches(word)) {
                if (path.gateway().equals(gateway)) {
                    return path;
                }
                elsewhere = elsewhere == null ? path : elsewhere;
            }
        }
        return elsewhere;
    }

    /** The best of {@link #all(Policy, String)}, as many as policy wants tried at a time. What stays unanswered is marked dead, so that the others get their turn. */
    List<Path> ranked(Policy policy, String gateway) {
        List<Path> allowed = all(policy, gateway);
        return allowed.subList(0, Math.min(allowed.size(), policy.count(PolicyKey.TRANSPORT_MAX_CANDIDATES)));
    }

    /** The best towards each gateway but this one, gateway by gateway. */
    List<Path> rankedElsewhere(Policy policy, List<AgentConfig.Gateway> gateways, String except) {
        return gateways(gateways).stream()
                .filter(gateway -> !gateway.equals(except))
                .flatMap(gateway -> ranked(policy, gateway).stream())
                .toList();
    }

    /** The gateways to which paths lead, as they stand in the configuration; those behind one name there in the order of their own names. */
    List<String> gateways(List<AgentConfig.Gateway> configured) {
        TreeSet<String> names = new TreeSet<>();
        paths.values().forEach(path -> names.add(path.gateway()));
        return configured.stream()
                .flatMap(gateway -> names.stream().filter(gateway::isNamed))
                .distinct()
                .toList();
    }

    /** Those to the same gateway that policy allows and that are of a better class than this one, whether found dead or not. */
    List<Path> better(Policy policy, Path than) {
        Comparator<Path> byClass = byClass(policy);
        return all(policy, than.gateway()).stream()
                .filter(path -> byClass.compare(path, than) < 0)
                .toList();
    }

    /** Configured order of endpoints, cost of the link, preferred protocol. */
    private static Comparator<Path> byClass(Policy policy) {
        List<Protocol> preferred = policy.protocols(PolicyKey.TRANSPORT_PREFER);
        return Comparator.comparingInt(Path::preference)
                .thenComparingInt(path -> path.kind() == LinkKind.CELLULAR ? 1 : 0)
                .thenComparingInt(path -> preferred.indexOf(path.protocol()) & 0xff);
    }

    /** What policy allows towards one gateway, best first: not found dead, ready, then as {@link #byClass(Policy, String)}. */
    List<Path> all(Policy policy, String gateway) {
        return sorted(policy, gateway, Comparator.comparingInt(path -> ready.contains(path.id()) ? 0 : 1));
    }

    /** The same where nobody knows which are ready: not found dead, of the protocol that carried a session in the path's network last, by class, by id. */
    List<Path> byClass(Policy policy, String gateway) {
        return sorted(policy, gateway, (_, _) -> 0);
    }

    /** QUIC where UDP was found dead on the same link: either the link is dead too, or only UDP is blocked there, and then TCP is the one that gets through. */
    private boolean isSuspect(Path path) {
        return path.protocol() == Protocol.QUIC
                && deadSinceNanos.keySet().stream()
                        .map(paths::get)
                        .anyMatch(dead -> dead.protocol() == Protocol.UDP
                                && dead.link().equals(path.link())
                                && dead.local().isV4() == path.local().isV4()
                                && dead.gateway().equals(path.gateway()));
    }

    private List<Path> sorted(Policy policy, String gateway, Comparator<Path> ofTheLiving) {
        List<Path> allowed = new ArrayList<>();
        for (Path path : paths.values()) {
            if (policy.allows(path.protocol()) && path.gateway().equals(gateway)) {
                allowed.add(path);
            }
        }
        allowed.sort(Comparator.comparingLong((Path path) -> deadSinceNanos.getOrDefault(path.id(), Long.MIN_VALUE))
                .thenComparing(ofTheLiving)
                .thenComparingInt(path -> isSuspect(path) ? 1 : 0)
                .thenComparingInt(path -> networks.carried(path) ? 0 : 1)
                .thenComparing(byClass(policy))
                .thenComparingInt(Path::id));
        return allowed;
    }
}
