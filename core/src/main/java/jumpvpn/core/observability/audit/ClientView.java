package jumpvpn.core.observability.audit;

import java.util.List;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.StateVersion;
import org.jspecify.annotations.Nullable;

/** A session as a client told of it: its own rows, with the version that it last learnt from the owner. */
final class ClientView extends View {
    private @Nullable StateVersion acknowledged;

    ClientView(SessionAudit session, Speaker speaker) {
        super(session, speaker, Role.CLIENT);
    }

    @Override
    void row(Event event, long place) {
        boolean found = older(event, place);
        if (event.reason() == ReasonCode.REATTACH_ACCEPT) {
            StateVersion ack = acknowledged;
            if (ack == null // a refusal may have taught a newer version than the ACK's before it came
                    || Integer.compareUnsigned(ack.epoch(), event.version().epoch()) > 0) {
                String what = "attached at " + event.version() + " without REATTACH_ACK_RECEIVED";
                if (unsure) {
                    incomplete(Rule.GATES, place, what);
                } else {
                    violated(Rule.GATES, place, what);
                }
                found = true;
            }
            acknowledged = null;
        }
        List<?> inner = Details.list(event, "inner");
        if (inner != null) {
            session.address(this, inner, place);
        }
        follow(event, found, place);
    }

    @Override
    void other(Event event, long place) {
        boolean told = event.type() == EventType.REATTACH_REJECT;
        boolean bound = event.type() == EventType.TRANSPORT_SWITCH && event.reason() == ReasonCode.BOUND;
        if (event.type() == EventType.REATTACH_ACK_RECEIVED) {
            acknowledged = event.version();
            if (event.version().step() != 0
                    || Integer.compareUnsigned(event.version().epoch(), 2) < 0) {
                violated(Rule.CLIENT, place, "an ACK at " + event.version() + ", which is no reattach");
            }
            session.learnt(this, event.version(), place);
        } else if (told || bound) {
            session.learnt(this, event.version(), place); // an answer that a newer word has overtaken
        } else {
            older(event, place);
        }
    }

    /** The client never unlearns. @return whether something was found */
    private boolean older(Event event, long place) {
        StateVersion said = event.version();
        session.learnt(this, said, place);
        if (said.compareTo(version) < 0) {
            violated(Rule.VERSION, place, said + " after the client had learnt " + version);
            return true;
        }
        version = said;
        return false;
    }
}
