package jumpvpn.lab.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A REATTACH_REQUEST as it reached a gateway, without its bytes.
 *
 * @param proven ticket and proof of possession are right (gate D)
 * @param bytes equal for two requests if and only if they are the same bytes
 * @param generation of the session secret that it starts from
 * @param unanswered nonces
 * @param tokenOfThisStart its token was issued since this gateway started
 * @param madeNanos when it was made, by this gateway's clock: the token's time plus the time that passed at the client
 * @param protocolAllowed by the policy
 * @param otherEnds another session of the client's is here and its end is not told yet
 * @param notOurs why the gateway neither owns the session nor may come to own it: NOT_OWNER, OWNER_GONE, or null
 */
public record Request(
        boolean proven,
        String nonce,
        int bytes,
        long expectedEpoch,
        long generation,
        List<String> unanswered,
        Cause cause,
        boolean tokenOfThisStart,
        long madeNanos,
        boolean protocolAllowed,
        boolean otherEnds,
        @Nullable Reason notOurs) {}
