package jumpvpn.core.gateway;

import java.util.List;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.data.Binding;
import jumpvpn.core.observability.Event.Detail;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.ownership.SessionRecord;
import jumpvpn.core.ownership.SessionTable;
import jumpvpn.core.security.RekeyOutput;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.session.ReasonCode;

/**
 * Enters the output of a renewal of keys into a session's secret while the epoch stays (contract section 2, Keys): one commit, a generation of its own, no row. What
 * the client names stays, so a lost answer splits nobody; the client repeats its RENEW. A bind that runs at the same time wins: it enters the output itself.
 */
final class SecretRenewal {
    private final GatewayContext context;
    private final LiveSessions sessions;
    private final TableClient table;

    SecretRenewal(GatewayContext context, LiveSessions sessions, TableClient table) {
        this.context = context;
        this.sessions = sessions;
        this.table = table;
    }

    /** Takes a RENEW. */
    void asked(long nowNanos, GatewaySession session, Binding binding, BindingMessage.Renew ask) {
        ActivePath active = session.path.active();
        if (active == null || active.binding != binding || !session.machine.bindingAlive()) {
            return;
        }
        BindingMessage.Renewed done = session.rekey.renewed;
        if (done != null && done.generation() == ask.generation() && done.phase() == ask.phase()) {
            session.path.send(nowNanos, binding, done);
            return;
        }
        SessionSecret named = session.record.secret(ask.generation());
        if (named == null || session.rekey.renewing || session.rows.isFrozen()) {
            return;
        }
        RekeyOutput output = session.rekey.copyOf(binding.epoch, ask.phase());
        if (output != null) {
            commit(session, named, output);
            output.wipe();
        }
    }

    private void commit(GatewaySession session, SessionSecret named, RekeyOutput output) {
        SessionRecord before = session.record;
        SessionSecret made = named.mixed(output).numbered(before.secret().generation() + 1);
        BindingMessage.Renewed answer =
                new BindingMessage.Renewed(named.generation(), output.phase(), made.generation());
        long commitId = context.crypto().entropy().nextLong();
        SessionRecord after = before.renewed(commitId, before.generations(named, made));
        SessionTable.Change change =
                new SessionTable.Change(before.id(), before.version().epoch(), after);
        session.rekey.renewing = true;
        table.commit(commitId, List.of(change), (at, outcome) -> {
            session.rekey.renewing = false;
            boolean holds = session.record == before && !session.rows.isFrozen() && !session.path.isStopped();
            if (outcome == SessionTable.Outcome.COMMITTED && holds && !session.isGone()) {
                committed(at, session, after, answer);
            } else if (outcome != SessionTable.Outcome.COMMITTED) {
                made.wipe();
            }
        });
    }

    private void committed(long nowNanos, GatewaySession session, SessionRecord after, BindingMessage.Renewed answer) {
        session.record(after);
        session.rekey.renewed = answer;
        session.rekey.entered(nowNanos);
        session.journal.emit(
                nowNanos,
                EventType.KEY_ROTATED,
                ReasonCode.SECRET_RENEWED,
                session.machine.version(),
                session.pathName(),
                new Detail("generation", (long) answer.made()));
        ActivePath active = session.path.active();
        if (active != null) {
            session.path.send(nowNanos, active.binding, answer);
        }
        sessions.reschedule(session);
    }
}
