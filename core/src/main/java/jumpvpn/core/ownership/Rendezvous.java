package jumpvpn.core.ownership;

import java.util.List;
import jumpvpn.core.session.SessionId;

/**
 * Says whose a session is by its id alone: of all members the one with the highest random weight for this id (Thaler and Ravishankar 1998). A change of the set moves
 * only the ids whose winner came or went.
 */
public final class Rendezvous {
    private final List<Member> members;
    private final long[] gateways;

    /** Over all members, also those that are gone: their sessions end, and nobody else's moves. At least one. */
    public Rendezvous(List<Member> members) {
        if (members.isEmpty()) {
            throw new IllegalArgumentException("nobody to choose from");
        }
        this.members = List.copyOf(members);
        this.gateways = members.stream().mapToLong(Member::gateway).toArray();
    }

    /** Whose the session is. */
    public Member of(SessionId id) {
        long key = id.high() ^ Long.rotateLeft(id.low(), 32);
        int best = 0;
        long most = mixed(key ^ gateways[0]);
        for (int i = 1; i < gateways.length; i++) {
            long weight = mixed(key ^ gateways[i]);
            int order = Long.compareUnsigned(weight, most);
            if (order > 0 || (order == 0 && Long.compareUnsigned(gateways[i], gateways[best]) > 0)) {
                best = i;
                most = weight;
            }
        }
        return members.get(best);
    }

    /** The finalizer of SplitMix64 (Steele, Lea, Flood 2014): each bit of the input changes each of the output with one half. */
    private static long mixed(long key) {
        long mixed = (key ^ key >>> 30) * 0xBF58_476D_1CE4_E5B9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D0_49BB_1331_11EBL;
        return mixed ^ mixed >>> 31;
    }
}
