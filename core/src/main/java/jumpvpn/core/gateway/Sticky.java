package jumpvpn.core.gateway;

import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.ownership.Member;
import jumpvpn.core.ownership.Rendezvous;
import jumpvpn.core.session.SessionId;

/** The placement where each session belongs to one gateway of the set for its whole life. */
record Sticky(Rendezvous owners, Member self) implements Placement {
    @Override
    public Place of(SessionId id) {
        Member owner = owners.of(id);
        if (owner.number() == self.number()) {
            return Place.HERE;
        }
        return owner.gone() ? Place.GONE : Place.ELSEWHERE;
    }

    @Override
    public List<Endpoint> endpoints(SessionId id) {
        return owners.of(id).endpoints();
    }
}
