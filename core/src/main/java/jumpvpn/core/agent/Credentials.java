package jumpvpn.core.agent;

import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.control.Token;
import jumpvpn.core.security.Freshness;
import jumpvpn.core.security.SessionSecret;

/** What the client proves itself with: the last two generations of the secret, its tickets, the newest token. */
final class Credentials {
    private static final int GENERATIONS = 2;

    private final List<SessionSecret> secrets = new ArrayList<>();
    private final TicketWallet wallet = new TicketWallet();
    private Token token = Token.NONE;
    private long tokenNanos;

    Credentials(SessionSecret first) {
        secrets.add(first);
    }

    SessionSecret secret() {
        return secrets.getLast();
    }

    TicketWallet wallet() {
        return wallet;
    }

    Token token() {
        return token;
    }

    long tokenAgeNanos(long nowNanos) {
        return token.equals(Token.NONE) ? 0 : nowNanos - tokenNanos;
    }

    void token(Token newest, long nowNanos) {
        token = newest;
        tokenNanos = nowNanos;
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
