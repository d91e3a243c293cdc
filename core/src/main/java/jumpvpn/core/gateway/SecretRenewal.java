package jumpvpn.core.gateway;

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
    private final ReattachServer.Owner owner;

    SecretRenewal(GatewayContext context, ReattachServer.Owner owner) {
        this.context = context;
        this.owner = owner;
    }

    /** Takes a RENEW. */
    void asked(long nowNanos, GatewaySession session, Binding binding, BindingMessage.Renew ask) {
        if (binding != session.active() || !session.machine.bindingAlive()) {
            return;
        }
        if (session.renewed != null
                && session.renewed.generation() == ask.generation()
                && session.renewed.phase() == ask.phase()) {
            session.send(nowNanos, binding, session.renewed);
            return;
        }
        SessionSecret base = ReattachServer.base(session.record, ask.generation());
        session.rekey.look(nowNanos);
        RekeyOutput output = session.rekey.output(binding.epoch, ask.phase());
        if (base != null && output != null && !session.bindPending && !session.renewPending) {
            commit(nowNanos, session, base, output);
        }
    }

    private void commit(long nowNanos, GatewaySession session, SessionSecret base, RekeyOutput output) {
        SessionRecord before = session.record;
        SessionSecret made = base.mixed(output).numbered(before.secret().generation() + 1);
        BindingMessage.Renewed answer =
                new BindingMessage.Renewed(base.generation(), output.phase(), made.generation());
        long commitId = context.crypto().entropy().nextLong();
        SessionRecord after = before.renewed(commitId, ReattachServer.retain(before, base, made));
        session.renewPending = true;
        owner.commit(new SessionTable.Change(before.id(), before.version().epoch(), after), commitId, committed -> {
            session.renewPending = false;
            if (committed
                    && session.record == before
                    && !session.bindPending
                    && session.machine.state().isLive()) {
                session.record(after);
                session.renewed = answer;
                session.rekey.entered(nowNanos);
                session.journal.emit(
                        nowNanos,
                        EventType.KEY_ROTATED,
                        ReasonCode.SECRET_RENEWED,
                        session.machine.version(),
                        session.pathName(),
                        new Detail("generation", (long) made.generation()));
                session.send(nowNanos, session.active(), answer);
                owner.reschedule(session);
            } else {
                made.wipe();
            }
        });
    }
}
