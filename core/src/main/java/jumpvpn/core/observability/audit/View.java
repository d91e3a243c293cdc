package jumpvpn.core.observability.audit;

import jumpvpn.core.observability.Event;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import jumpvpn.core.session.Transition;

/** One session as one start of one node told of it: its chain of rows, followed event by event. After a finding it goes on from what was said. */
abstract sealed class View permits OwnerView, ClientView {
    final SessionAudit session;
    final Speaker speaker;
    private final Role role;
    private final int gapsBefore;
    private int gapsHeard;
    SessionState state = SessionState.BIRTH;
    StateVersion version = StateVersion.BIRTH;

    /** Rows heard. */
    int rows;

    /** Events of this node are missing since the last row: a row may be among them. */
    boolean unsure;

    boolean bindingAlive;
    boolean lifeUnknown;
    private int policyVersion;
    private long lastPlace;

    View(SessionAudit session, Speaker speaker, Role role) {
        this.session = session;
        this.speaker = speaker;
        this.role = role;
        gapsBefore = speaker.gaps;
        gapsHeard = gapsBefore;
        unsure = gapsBefore > 0;
    }

    /** Takes the node's next event of this session. */
    final void take(Event event, long place) {
        unsure |= gapsHeard != speaker.gaps;
        gapsHeard = speaker.gaps;
        lastPlace = place;
        if (state == SessionState.TERMINATED) {
            if (!isForNobody(event)) {
                violated(Rule.END, place, event.type() + " " + event.reason() + " after " + version + " TERMINATED");
            }
            return;
        }
        policy(event, place);
        switch (event.type()) {
            case STATE_CHANGE -> row(event, place);
            case TRANSPORT_DEAD -> {
                if (state == SessionState.RECOVERING) { // elsewhere the row says it
                    bindingAlive = false;
                    lifeUnknown = false;
                }
                other(event, place);
            }
            default -> other(event, place);
        }
    }

    /** A gateway answers whoever asks for a session whose record it has not, or may not read: it says no version. */
    static boolean isForNobody(Event event) {
        return event.type() == jumpvpn.core.observability.EventType.REATTACH_REJECT
                && event.version().equals(StateVersion.BIRTH);
    }

    abstract void row(Event event, long place);

    abstract void other(Event event, long place);

    private void policy(Event event, long place) {
        if (event.type() == jumpvpn.core.observability.EventType.POLICY_CHANGE || policyVersion == 0) {
            policyVersion = event.policyVersion();
        } else if (event.policyVersion() != policyVersion && !isForNobody(event)) {
            violated(
                    Rule.POLICY,
                    place,
                    "policy " + Integer.toUnsignedString(event.policyVersion()) + " instead of "
                            + Integer.toUnsignedString(policyVersion));
        }
    }

    static boolean binds(Event event) {
        return event.reason() == ReasonCode.HANDSHAKE_OK || event.reason() == ReasonCode.REATTACH_ACCEPT;
    }

    /** Checks that the row begins where the last one ended, and that the table has it; says at most one finding. */
    final void follow(Event event, boolean alreadyFound, long place) {
        SessionState from = java.util.Objects.requireNonNull(event.from());
        Transition row = Transition.find(role, from, bindingAlive, event.reason());
        if (row == null && (lifeUnknown || from != state)) {
            row = Transition.find(role, from, !bindingAlive, event.reason());
        }
        if (row == null || row.to() != event.to()) {
            violated(
                    Rule.TABLE,
                    place,
                    "the table has no row from " + from + (bindingAlive ? " with" : " without") + " a binding to "
                            + event.to() + " for " + event.reason() + " at a " + role.label());
        } else if (from != state && !alreadyFound) {
            String what = "the row begins in " + from + ", the one before it ended in " + state + " at " + version;
            if (unsure) {
                incomplete(Rule.CHAIN, place, what);
            } else {
                violated(Rule.CHAIN, place, what);
            }
        }
        lifeUnknown = from != state || lifeUnknown;
        if (row == Transition.DIED || row == Transition.TOLD || event.to() == SessionState.TERMINATED) {
            bindingAlive = false;
            lifeUnknown = false;
        } else if (binds(event)) {
            bindingAlive = true;
            lifeUnknown = false;
        }
        state = java.util.Objects.requireNonNull(event.to());
        unsure = false;
        rows++;
    }

    final void violated(Rule rule, long place, String what) {
        session.auditor.violated(rule, speaker, session.id, place, what);
    }

    final void incomplete(Rule rule, long place, String what) {
        session.auditor.incomplete(rule, speaker, session.id, place, what);
    }

    /** Whether events of this node are missing while it had the session. */
    final boolean hasGap() {
        return gapsHeard > gapsBefore || (state != SessionState.TERMINATED && speaker.gaps > gapsBefore);
    }

    /** Where its last event is. */
    final long lastPlace() {
        return lastPlace;
    }
}
