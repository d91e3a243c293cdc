package jumpvpn.lab.sim;

import java.util.List;
import jumpvpn.core.control.ReattachRequest;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SwitchTimes;
import jumpvpn.core.session.Policy;
import jumpvpn.lab.model.Binds;
import jumpvpn.lab.model.Cause;
import jumpvpn.lab.model.Reason;
import jumpvpn.lab.model.Record;
import jumpvpn.lab.model.Request;
import jumpvpn.lab.model.Row;
import jumpvpn.lab.model.State;
import org.jspecify.annotations.Nullable;

/** What the product's records and requests say, in the model's words. */
final class Translation {
    private static final long MINUTE_NANOS = 60_000_000_000L;

    private Translation() {}

    static Record record(SessionRecord record) {
        SwitchTimes switches = record.switches();
        return new Record(
                rows(record),
                record.secrets().stream()
                        .map(secret -> Integer.toUnsignedLong(secret.generation()))
                        .toList(),
                record.bindNonce(),
                record.lifetimeEndNanos(),
                record.noBindingSinceNanos(),
                new Binds(switches.lastCommitNanos(), switches.lastForcedNanos(), switches.electiveNanos()));
    }

    static List<Row> rows(SessionRecord record) {
        return record.rows().stream()
                .map(row -> new Row(
                        State.valueOf(row.from().name()),
                        State.valueOf(row.to().name()),
                        Compared.version(row.version()),
                        Reason.valueOf(row.reason().name())))
                .toList();
    }

    /** Without elective switches that no limit looks back to. */
    static Record recent(Record record, long nowNanos) {
        Binds binds = record.binds();
        List<Long> electives = binds.electives().stream()
                .filter(at -> nowNanos - at < MINUTE_NANOS)
                .toList();
        return new Record(
                record.rows(),
                record.generations(),
                record.bindNonce(),
                record.lifetimeEndNanos(),
                record.noBindingSinceNanos(),
                new Binds(binds.lastNanos(), binds.lastForcedNanos(), electives));
    }

    static Request request(
            Exchange.Asked asked,
            boolean tokenOfThisStart,
            Policy policy,
            boolean otherEnds,
            @Nullable Reason notOurs) {
        ReattachRequest body = asked.message().body();
        return new Request(
                true,
                asked.nonce(),
                asked.hash(),
                Integer.toUnsignedLong(body.expectedEpoch()),
                Integer.toUnsignedLong(body.generation()),
                body.unanswered().stream().map(Exchange::name).toList(),
                Cause.valueOf(body.cause().name()),
                tokenOfThisStart,
                body.token().issuedNanos() + body.tokenAgeNanos(),
                policy.allows(body.protocol()),
                otherEnds,
                notOurs);
    }
}
