package jumpvpn.core.gateway;

import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.security.Entropy;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/** Says whose a session is by its id alone (contract section 4, sticky). */
@FunctionalInterface
public interface Placement {
    /** Enough for one gateway of a hundred to find an id of its own in all but one of 10^17 cases. */
    int MOST_DRAWS = 4096;

    /** Where a session belongs. */
    enum Place {
        /** To this gateway, or to whoever binds it. */
        HERE,
        /** To another gateway. */
        ELSEWHERE,
        /** To a gateway that has left for good. */
        GONE
    }

    /** The session's place. */
    Place of(SessionId id);

    /** Where the gateway listens to which a session belongs; empty: that does not follow from the id. */
    default List<Endpoint> endpoints(SessionId id) {
        return List.of();
    }

    /** A fresh id that belongs here; null if none came up, as where this gateway has no share of them. */
    default @Nullable SessionId draw(Entropy entropy) {
        for (int tries = 0; tries < MOST_DRAWS; tries++) {
            SessionId id = SessionId.of(entropy.bytes(SessionId.LENGTH));
            if (of(id) == Place.HERE) {
                return id;
            }
        }
        return null;
    }
}
