package jumpvpn.core.gateway;

import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.ownership.Member;
import jumpvpn.core.ownership.Rendezvous;
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

    /**
     * Each gateway with a table of its own: whose a session is follows from its id, and no other can have it.
     *
     * @param all the configured set, this gateway included
     */
    public static Cluster sticky(Member self, byte[] secret, List<Member> all) {
        return new Cluster(self.number(), secret, new Sticky(new Rendezvous(all), self), others(self, all));
    }

    /**
     * All gateways with one table: a session is whose record says so, and anybody may take it over.
     *
     * @param secret null: all have the same private key
     * @param all the configured set, this gateway included
     */
    public static Cluster shared(Member self, byte @Nullable [] secret, List<Member> all) {
        return new Cluster(self.number(), secret, NONE.placement, others(self, all));
    }

    private static List<Member> others(Member self, List<Member> all) {
        return all.stream().filter(member -> member.number() != self.number()).toList();
    }

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
