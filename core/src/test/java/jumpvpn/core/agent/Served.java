package jumpvpn.core.agent;

import java.util.TreeMap;
import jumpvpn.core.control.Nonce;
import jumpvpn.core.data.Binding;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.session.SessionId;

/** A session as a script's gateways have it. */
final class Served {
    final SessionId id;
    final TreeMap<Integer, SessionSecret> secrets = new TreeMap<>();
    int epoch = 1;
    Nonce begunBy;
    Binding binding;
    int pathId;

    Served(SessionId id) {
        this.id = id;
    }
}
