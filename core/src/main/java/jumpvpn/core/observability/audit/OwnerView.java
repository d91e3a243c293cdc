package jumpvpn.core.observability.audit;

import java.util.List;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.jspecify.annotations.Nullable;

/** A session as a gateway told of it: the truth, which counts the versions. */
final class OwnerView extends View {
    private static final List<String> GATES = List.of("A", "B", "C", "D", "E", "F");

    private final SwitchLimits limits = new SwitchLimits();
    private boolean withoutMemory;
    private boolean lost;
    private boolean loading;
    private boolean gatesPassed;
    private boolean elective;
    private @Nullable StateVersion bound;

    OwnerView(SessionAudit session, Speaker speaker) {
        super(session, speaker, Role.GATEWAY);
    }

    @Override
    void row(Event event, long place) {
        if (event.isAgain()) {
            again(event, place);
            return;
        }
        boolean found = false;
        if (lost) {
            violated(Rule.OWNERSHIP, place, "a row at " + event.version() + " after the session was lost");
            found = true;
        } else if (rows == 0 && event.from() != SessionState.BIRTH) {
            found = middle(event, place);
        }
        if (rows > 0 || state != SessionState.BIRTH || event.from() == SessionState.BIRTH) {
            found = found || version(event, place);
        }
        if (binds(event)) {
            found = found || gates(event, place);
            session.begun(this, event, place);
        } else {
            session.stepped(this, event, place);
        }
        address(event, place);
        follow(event, found, place);
        accept(event, place);
    }

    private void accept(Event event, long place) {
        version = event.version();
        loading = false;
        withoutMemory = false;
        lost = false;
        if (event.reason() == ReasonCode.HANDSHAKE_OK) {
            limits.born(event.nanos());
        }
        if (binds(event)) {
            gatesPassed = false;
            bound = null;
        }
        session.newest(event.version(), state);
        if (state == SessionState.TERMINATED) {
            session.ended(this, event.version(), place);
        }
    }

    /** The first row here is no birth: the session was somebody else's before. @return whether something was found */
    private boolean middle(Event event, long place) {
        if (Integer.toUnsignedLong(event.version().step()) == Epoch.WITHOUT_MEMORY) {
            inherit(event.version());
            return false;
        }
        String what = "the first row here is " + event.version() + " from " + event.from();
        if (unsure) {
            incomplete(Rule.CHAIN, place, what + ": those before it are missing");
        } else {
            violated(Rule.CHAIN, place, what + ": nothing led there");
        }
        lifeUnknown = true;
        return true;
    }

    /** All that an owner knows who was not there: the last bind was committed. */
    private void inherit(StateVersion of) {
        state = SessionState.ATTACHED;
        version = StateVersion.of(of.epoch(), 0);
        bindingAlive = true;
        lifeUnknown = true;
        withoutMemory = true;
    }

    /** An owner that loaded the record says its last committed rows again. */
    private void again(Event event, long place) {
        if (rows > 0 && !lost && !loading && !unsure) {
            violated(Rule.AGAIN, place, event.version() + " is said again by who never forgot it");
        } else {
            session.again(this, event, place);
        }
        SessionState from = java.util.Objects.requireNonNull(event.from());
        lifeUnknown = true;
        bindingAlive = from != SessionState.RECOVERING;
        state = from;
        follow(event, false, place);
        if (binds(event)) {
            inherit(event.version());
        }
        version = event.version();
        loading = true;
        lost = false;
        session.newest(version, state);
        if (state == SessionState.TERMINATED) {
            session.ended(this, version, place);
        }
    }

    /** @return whether something was found */
    private boolean version(Event event, long place) {
        StateVersion said = event.version();
        StateVersion due = binds(event)
                ? version.nextEpoch()
                : withoutMemory ? StateVersion.of(version.epoch(), (int) Epoch.WITHOUT_MEMORY) : version.nextStep();
        if (said.equals(due)) {
            return false;
        }
        if (unsure && said.compareTo(due) > 0) {
            incomplete(Rule.VERSION, place, "versions " + due + " to the one before " + said + " are missing");
        } else {
            boolean same = said.equals(version) && rows > 0;
            violated(
                    same ? Rule.TWICE : Rule.VERSION,
                    place,
                    same ? said + " is said for a second row" : said + " after " + version + ": " + due + " was due");
        }
        return true;
    }

    /** @return whether something was found */
    private boolean gates(Event event, long place) {
        if (event.reason() == ReasonCode.HANDSHAKE_OK || event.version().equals(bound)) {
            return false;
        }
        String what = "bound at " + event.version() + " without "
                + (gatesPassed ? "TRANSPORT_SWITCH BOUND at this version" : "a request that passed gates A to F");
        if (unsure) {
            incomplete(Rule.GATES, place, what);
        } else {
            violated(Rule.GATES, place, what);
        }
        return true;
    }

    private void address(Event event, long place) {
        List<?> inner = Details.list(event, "inner");
        if (inner == null) {
            return;
        }
        session.address(this, inner, place);
        for (Object address : inner) {
            OwnerView other = speaker.inner.put(String.valueOf(address), this);
            if (other != null && other != this && other.state != SessionState.TERMINATED && !other.lost) {
                String what = address + " is given to it, but session " + other.session.id + " still has it";
                if (other.hasGap()) {
                    incomplete(Rule.ADDRESS, place, what);
                } else {
                    violated(Rule.ADDRESS, place, what);
                }
            }
        }
    }

    @Override
    void other(Event event, long place) {
        loading = false;
        if (event.type() == EventType.TRANSPORT_SWITCH && event.reason() == ReasonCode.BOUND) {
            bound(event, place);
            return;
        }
        switch (event.type()) {
            case REATTACH_REQUEST_RECEIVED -> requested(event, place);
            case REATTACH_REJECT -> gatesPassed = false;
            case OWNERSHIP_CHANGE -> lost |= event.reason() != ReasonCode.REATTACH_ACCEPT;
            default -> {
                // tells of no change
            }
        }
        boolean elsewhere = isForNobody(event) || event.type() == EventType.OWNERSHIP_CHANGE;
        if (rows > 0 && !unsure && !lost && !elsewhere && !event.version().equals(version)) {
            violated(
                    Rule.VERSION, place, event.type() + " at " + event.version() + ", but the last row was " + version);
        }
    }

    private void requested(Event event, long place) {
        List<?> gates = Details.list(event, "gates");
        if (gates == null
                || gates.size() > GATES.size()
                || !GATES.subList(0, gates.size()).equals(gates)) {
            violated(Rule.GATES, place, "gates " + gates + " are not passed in order");
        }
        gatesPassed = GATES.equals(gates);
        elective = event.reason() == ReasonCode.BETTER_PATH || event.reason() == ReasonCode.OPERATOR_JUMP;
    }

    private void bound(Event event, long place) {
        if (unsure) {
            bound = event.version(); // the rest can't be known; the row says what is missing
            return;
        }
        if (!gatesPassed) {
            violated(Rule.GATES, place, "BOUND at " + event.version() + " without a request that passed gates A to F");
        } else if (!event.version().equals(version.nextEpoch())) {
            violated(Rule.VERSION, place, "BOUND at " + event.version() + " after " + version);
        }
        bound = event.version();
        Policy policy = session.auditor.policy(event.policyVersion());
        String problem = policy == null ? null : limits.bound(event.nanos(), elective, policy);
        if (problem != null) {
            violated(Rule.SWITCHES, place, problem);
        }
    }
}
