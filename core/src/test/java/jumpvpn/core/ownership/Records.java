package jumpvpn.core.ownership;

import java.util.Arrays;
import java.util.List;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;

/** Records for tests. */
final class Records {
    static final Owner OWNER = new Owner(-5, 77);

    private Records() {}

    static byte[] filled(int value, int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    static SessionRecord born(long id, String clientKey) {
        return record(id, clientKey, OWNER, List.of(row(1, 0, SessionState.ATTACHED, ReasonCode.HANDSHAKE_OK)));
    }

    static SessionRecord bound(long id, String clientKey, int epoch) {
        return record(
                id,
                clientKey,
                OWNER,
                List.of(
                        row(epoch - 1, 9, SessionState.RECOVERING, ReasonCode.PEER_REPORTED),
                        row(epoch, 0, SessionState.ATTACHED, ReasonCode.REATTACH_ACCEPT)));
    }

    static SessionRecord ended(long id, String clientKey, int epoch) {
        return record(
                id, clientKey, OWNER, List.of(row(epoch, 3, SessionState.TERMINATED, ReasonCode.OPERATOR_TERMINATE)));
    }

    static SessionRecord.Row row(int epoch, int step, SessionState to, ReasonCode reason) {
        return new SessionRecord.Row(StateVersion.of(epoch, step), SessionState.VOLATILE, to, reason);
    }

    static SessionRecord record(long id, String clientKey, Owner owner, List<SessionRecord.Row> rows) {
        return new SessionRecord(
                new SessionId(3, id),
                clientKey,
                "läptop",
                owner,
                4711,
                rows,
                List.of(new SessionSecret(6, filled(6, 32)), new SessionSecret(7, filled(7, 32))),
                "00112233445566778899aabbccddeeff",
                List.of(Prefix.parse("10.77.0.9/24"), Prefix.parse("fd77::9/64")),
                Policy.DEFAULT.with(PolicyKey.SWITCHING_MAX_REJECTS, 5),
                1_000_000,
                500,
                new SwitchTimes(490, 400, List.of(300L, 490L)));
    }
}
