package jumpvpn.core.observability.audit;

import java.util.List;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.jspecify.annotations.Nullable;

/**
 * What the events prove about one session.
 *
 * @param version of its newest row, as its owners said it
 * @param state after that row; null if no owner said one
 * @param binds rows that began an epoch, birth included
 * @param saidAgain binds that only a later owner told of, because the one that made them was killed before it could
 * @param findings at most 8
 * @param found how many there were
 */
public record SessionReport(
        SessionId id,
        Verdict verdict,
        StateVersion version,
        @Nullable SessionState state,
        int binds,
        int saidAgain,
        List<Finding> findings,
        int found) {}
