package jumpvpn.core.gateway;

import jumpvpn.core.session.SessionId;

/** A session that this gateway has, awake or at rest, as tables see it. */
abstract sealed class Resident permits GatewaySession, RestingSession {
    /** Where {@link Wakeups} has it, or -1. */
    int place = -1;

    abstract SessionId id();
}
