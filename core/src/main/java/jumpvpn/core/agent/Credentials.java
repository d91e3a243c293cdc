package jumpvpn.core.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import jumpvpn.core.control.Token;
import jumpvpn.core.security.Freshness;
import jumpvpn.core.security.SessionSecret;

/** What the client proves itself with: the last two generations of the secret, its tickets, the newest token of each gateway. */
final class Credentials {
    private static final int GENERATIONS = 2;

    private final List<SessionSecret> secrets = new ArrayList<>();
    private final TicketWallet wallet = new TicketWallet();
    private final TreeMap<String, Received> tokens = new TreeMap<>();

    /** A token and the boot time when it came: the time passed since goes with it, so that no clock is compared with another. */
    private record Received(Token token, long nanos) {}

    Credentials(SessionSecret first) {
        secrets.add(first);
    }

    SessionSecret secret() {
        return secrets.getLast();
    }

    TicketWallet wallet() {
        return wallet;
    }

    /** The newest token of this gateway, or none. */
    Token token(String gateway) {
        Received received = tokens.get(gateway);
        return received == null ? Token.NONE : received.token;
    }

    long tokenAgeNanos(String gateway, long nowNanos) {
        Received received = tokens.get(gateway);
        return received == null ? 0 : nowNanos - received.nanos;
    }

    void token(String gateway, Token newest, long nowNanos) {
        tokens.put(gateway, new Received(newest, nowNanos));
    }

    /** The bind's next generation, under the number that the gateway gave it. */
    void step(SessionSecret base, Freshness freshness, int epoch, int generation) {
        secrets.add(new SessionSecret(generation, base.next(freshness, epoch).key()));
        if (secrets.size() > GENERATIONS) {
            secrets.removeFirst().wipe();
        }
    }

    void wipe() {
        secrets.forEach(SessionSecret::wipe);
    }
}
