package jumpvpn.core.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import jumpvpn.core.control.BindingMessage;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;

/** What a client under test has sent, said in its bindings and told its host and its operator. */
abstract class Heard {
    final List<Outside.First> firsts = new ArrayList<>();
    final List<Outside.Request> requests = new ArrayList<>();
    final List<Outside.Probe> probes = new ArrayList<>();
    final List<BindingMessage> said = new ArrayList<>();
    /** When each of those was said. */
    final List<Long> saidNanos = new ArrayList<>();

    final List<Event> events = new ArrayList<>();
    final List<String> grants = new ArrayList<>();
    /** How many messages it had sent at the last of those. */
    long sentAtGrant;

    /** Whether its gate let packets through when it said that a session was attached. */
    final List<Boolean> forwardingWhenAttached = new ArrayList<>();

    final List<String> ends = new ArrayList<>();

    void forget() {
        firsts.clear();
        requests.clear();
        probes.clear();
        said.clear();
        saidNanos.clear();
        events.clear();
        ends.clear();
    }

    /** When the client said something of this kind that arrived. */
    List<Long> times(Class<? extends BindingMessage> kind) {
        return IntStream.range(0, said.size())
                .filter(i -> kind.isInstance(said.get(i)))
                .mapToObj(saidNanos::get)
                .toList();
    }

    /** When each first message was sent. */
    List<Long> handshakes() {
        return firsts.stream().map(Outside.First::nanos).toList();
    }

    Outside.Request lastRequest() {
        return requests.getLast();
    }

    Outside.Request lastRequest(Endpoint to) {
        return requests.stream()
                .filter(request -> request.to().equals(to))
                .toList()
                .getLast();
    }

    /** Where requests went, in order: {@code path>gateway}. */
    List<String> asked() {
        return requests.stream()
                .map(request -> request.pathId() + ">" + Outside.nameOf(request.to()))
                .toList();
    }

    /** Events as {@code TYPE reason}, a state change as {@code FROM>TO reason}. */
    List<String> told() {
        return events.stream().map(Heard::told).toList();
    }

    private static String told(Event event) {
        return (event.type() == EventType.STATE_CHANGE ? event.from() + ">" + event.to() : event.type()) + " "
                + event.reason();
    }

    /** The last event that was told so. */
    Event event(String told) {
        return events.stream()
                .filter(event -> told(event).equals(told))
                .reduce((_, last) -> last)
                .orElseThrow(() -> new AssertionError(told + " is not among " + told()));
    }

    List<String> rows() {
        return told().stream().filter(told -> told.contains(">")).toList();
    }
}
