package jumpvpn.lab.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventSink;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A client's machine is suspended while packets go both ways: what its session is when it wakes. All invariants are looked at meanwhile. */
class SuspendTest {
    private static final long MILLIS = 1_000_000;
    private static final long SECONDS = 1_000_000_000;

    private final List<Event> said = new ArrayList<>();
    private final World world = new World(1, new Listening(), Scenario.lone(0));
    private final ClientNode client = world.clients.getFirst();

    private final class Listening extends Parts {
        Listening() {
            super(1);
        }

        @Override
        public EventSink sink(EventSink sound) {
            return event -> {
                said.add(event);
                sound.emit(event);
            };
        }
    }

    private List<String> rows(Role role, SessionId of) {
        return said.stream()
                .filter(event -> event.type() == EventType.STATE_CHANGE && event.role() == role)
                .filter(event -> of.equals(event.sessionId()))
                .map(event -> event.to() + " " + event.reason())
                .toList();
    }

    private void run(long nanos) {
        long end = world.timeline.now() + nanos;
        while (world.timeline.step(end)) {
            // everything happens in there
        }
    }

    private void speak() {
        world.traffic.send(client, Role.CLIENT);
        world.traffic.send(client, Role.GATEWAY);
        world.timeline.in(100 * MILLIS, this::speak);
    }

    /** The session that it has before it is suspended for so long. */
    private SessionId suspended(long nanos) {
        world.nodes().forEach(Node::start);
        speak();
        run(5 * SECONDS);
        SessionId before = client.status().id();
        client.suspend(nanos);
        run(nanos);
        return before;
    }

    private long longestRttNanos() {
        return client.uplinks().stream()
                .mapToLong(link -> 2 * link.delayNanos)
                .max()
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({"1", "90", "3600"})
    void itsSessionIsProvenAtOnce(long seconds) {
        SessionId before = suspended(seconds * SECONDS);
        long passed = world.traffic.toClient(client);
        run(longestRttNanos() + 300 * MILLIS);
        assertThat(client.status().id()).isEqualTo(before);
        assertThat(client.status().state().name()).isEqualTo("ATTACHED");
        assertThat(world.traffic.toClient(client)).isGreaterThan(passed);
    }

    @Test
    void pastTheTransportLossTtlThereIsANewSessionAndBothEndsSayWhatBecameOfTheOld() {
        SessionId before = suspended(Policy.DEFAULT.get(PolicyKey.SESSION_TRANSPORT_LOSS_TTL) + 60 * SECONDS);
        assertThat(rows(Role.GATEWAY, before)).last().isEqualTo("TERMINATED TTL_TRANSPORT_LOSS_EXPIRED");
        long passed = world.traffic.toClient(client);
        run(SECONDS);
        assertThat(rows(Role.CLIENT, before)).last().isEqualTo("TERMINATED TTL_TRANSPORT_LOSS_EXPIRED");
        SessionId now = client.status().id();
        assertThat(now).isNotEqualTo(before);
        assertThat(rows(Role.CLIENT, now)).containsExactly("ATTACHED HANDSHAKE_OK");
        assertThat(rows(Role.GATEWAY, now)).contains("ATTACHED HANDSHAKE_OK");
        assertThat(world.traffic.toClient(client)).isGreaterThan(passed);
    }
}
