package jumpvpn.core.gateway;

import jumpvpn.core.session.SessionId;

/** Says whose a session is by its id alone (contract section 4, sticky). */
@FunctionalInterface
public interface Placement {
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
}
