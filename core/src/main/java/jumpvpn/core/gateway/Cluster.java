package jumpvpn.core.gateway;

import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.ownership.Member;
import org.jspecify.annotations.Nullable;

/**
 * What a gateway shares with others (contract section 4).
 *
 * @param number this gateway's in the set; 0: it is alone
 * @param secret from which the keys of tickets and records come: all gateways have the same; null: the private key
 * @param placement whose a session is, where that follows from its id; else everybody's who reads its record
 * @param others the other gateways of the set
 */
public record Cluster(int number, byte @Nullable [] secret, Placement placement, List<Member> others) {
    /** Nobody. */
    public static final Cluster NONE = new Cluster(0, null, _ -> Placement.Place.HERE, List.of());

    /** Where the other gateways listen, but those that have left for good: told to whom this one can't serve. */
    public List<Endpoint> endpoints() {
        return others.stream()
                .filter(member -> !member.gone())
                .flatMap(member -> member.endpoints().stream())
                .toList();
    }

    /** A wire identifier out of a random one: its first byte says whose it is, so that a gateway knows whose a stray packet is. Its last byte stays (ADR 0040). */
    public long routed(long random) {
        return number == 0 ? random : ((long) number << 56) | (random & 0x00FF_FFFF_FFFF_FFFFL);
    }
}
