package jumpvpn.lab.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.TreeSet;
import java.util.function.UnaryOperator;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventSink;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.ReasonCode;
import org.junit.jupiter.api.Test;

/** What only the model can know is noticed: a row that is legal and has the wrong reason. */
class ShadowTest {
    private static final int SEEDS = 40;

    private static TreeSet<String> found(UnaryOperator<EventSink> sink) {
        TreeSet<String> found = new TreeSet<>();
        for (long seed = 1; seed <= SEEDS; seed++) {
            try {
                Simulation.run(seed, new Parts(seed) {
                    @Override
                    public EventSink sink(EventSink inner) {
                        return sink.apply(inner);
                    }
                });
            } catch (Violation violation) {
                found.add(violation.invariant());
            }
        }
        return found;
    }

    @Test
    void soundPartsPass() {
        assertThat(found(sink -> sink)).isEmpty();
    }

    /** Also in worlds with insiders, durable, sticky and shared tables. */
    @Test
    void everyStepIsCompared() {
        Totals totals = new Totals();
        for (long seed = 1; seed <= SEEDS; seed++) {
            totals.add(Simulation.run(seed));
        }
        assertThat(totals.sum("client_steps_compared")).isPositive().isEqualTo(totals.sum("client_steps"));
        assertThat(totals.sum("gateway_steps_compared")).isPositive().isEqualTo(totals.sum("gateway_steps"));
    }

    /** The rows of a loaded record are to be said once more. */
    @Test
    void aRowThatIsNotSaidAgain() {
        assertThat(found(sink -> event -> {
                    if (!SessionView.isAgain(event)) {
                        sink.emit(event);
                    }
                }))
                .contains("MODEL");
    }

    @Test
    void aLegalReasonInTheWrongPlace() {
        assertThat(found(sink -> event -> sink.emit(reportsDeathItself(event)))).contains("MODEL");
    }

    /** Both reasons lead from where it was to RECOVERING. */
    private static Event reportsDeathItself(Event event) {
        boolean reported = event.type() == EventType.STATE_CHANGE && event.reason() == ReasonCode.PEER_REPORTED;
        return !reported
                ? event
                : new Event(
                        event.nanos(),
                        event.type(),
                        ReasonCode.TRANSPORT_DEAD,
                        event.role(),
                        event.sessionId(),
                        event.version(),
                        event.from(),
                        event.to(),
                        event.path(),
                        event.policyVersion(),
                        event.details());
    }
}
