package jumpvpn.core.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import jumpvpn.core.control.Token;
import jumpvpn.core.security.Freshness;
import jumpvpn.core.security.RekeyOutput;
import jumpvpn.core.security.SessionSecret;
import org.jspecify.annotations.Nullable;

/** What the client proves itself with: the last two generations of the secret, what the next is to be mixed with, its tickets, the newest token of each gateway. */
final class Credentials {
    private static final int GENERATIONS = 2;

    private final List<SessionSecret> secrets = new ArrayList<>();
    private final TicketWallet wallet = new TicketWallet();
    private @Nullable RekeyOutput output;
    private final TreeMap<String, Received> tokens = new TreeMap<>();

    /** A token and the boot time when it came: the time passed since goes with it, so that no clock is compared with another. */
    private record Received(Token token, long nanos) {}

    Credentials(SessionSecret first) {
        secrets.add(first);
    }

    SessionSecret secret() {
        return secrets.getLast();
    }

    /** The output of the active binding's newest renewal of keys; null before the first. */
    @Nullable
    RekeyOutput output() {
        return output;
    }

    /** The phase that {@link #output} began, or 0. */
    int phase() {
        return output == null ? 0 : output.phase();
    }

    /** A copy of the newest generation, with the output in it if there is one. */
    SessionSecret mixed() {
        return output == null ? secret().copy() : secret().mixed(output);
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

    /** The active binding's keys were renewed. */
    void agreed(RekeyOutput newest) {
        forgetOutput();
        output = newest;
    }

    /** The bind's next generation, under the number that the gateway gave it. */
    void step(SessionSecret base, Freshness freshness, int epoch, int generation) {
        forgetOutput();
        add(base.next(freshness, epoch).numbered(generation));
    }

    /** An output enters the newest generation and makes one of its own. */
    void enter(RekeyOutput entering, int generation) {
        add(secret().mixed(entering).numbered(generation));
    }

    private void forgetOutput() {
        if (output != null) {
            output.wipe();
            output = null;
        }
    }

    private void add(SessionSecret made) {
        secrets.add(made);
        if (secrets.size() > GENERATIONS) {
            secrets.removeFirst().wipe();
        }
    }

    void wipe() {
        secrets.forEach(SessionSecret::wipe);
        wallet.wipe();
        forgetOutput();
    }
}
