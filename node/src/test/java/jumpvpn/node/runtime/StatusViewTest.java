package jumpvpn.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jumpvpn.core.agent.AgentStatus;
import jumpvpn.core.agent.Candidate;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import jumpvpn.core.transport.LinkKind;
import jumpvpn.core.transport.Path;
import jumpvpn.core.transport.Transport;
import jumpvpn.core.transport.TransportCounter;
import jumpvpn.node.config.Packets;
import org.junit.jupiter.api.Test;

/** What is said of a candidate, beside the session that is or was on it. */
class StatusViewTest {
    private static final long SECOND = 1_000_000_000;
    private static final long NOW = 100 * SECOND;
    private static final Endpoint REMOTE = new Endpoint(IpAddress.parse("203.0.113.1"), 4500);
    private static final Path PATH = path(1);
    private static final PathStatus SHOWN =
            new PathStatus(PATH.name(), Protocol.UDP, "eth1", new Endpoint(PATH.local(), 40_000), REMOTE);

    private static Path path(int id) {
        return new Path(
                id, Protocol.UDP, "eth" + id, LinkKind.ETHERNET, IpAddress.parse("192.0.2." + id), "gw1", REMOTE, 0);
    }

    private static AgentStatus session(Path on, SessionState state, boolean bindingAlive) {
        return new AgentStatus(
                state,
                null,
                StateVersion.BIRTH,
                null,
                on,
                REMOTE,
                List.of(),
                "gw1",
                bindingAlive,
                NOW - SECOND / 2,
                40_000_000,
                0.25,
                0,
                0,
                0,
                List.of(),
                null);
    }

    private static CandidateStatus shown(Candidate candidate, AgentStatus status) {
        return StatusView.candidate(candidate, SHOWN, status, NOW);
    }

    @Test
    void thePathOfALiveBindingHasTheSessionsQualityAndIsActiveThoughAllOthersAreBetter() {
        AgentStatus status = session(PATH, SessionState.ATTACHED, true);
        CandidateStatus active = new CandidateStatus(SHOWN, CandidateStatus.State.ACTIVE, 40, 0.25, 0.5);
        assertThat(shown(new Candidate(PATH, false, false, 7_000_000, NOW - 30 * SECOND), status))
                .isEqualTo(active);
        assertThat(shown(new Candidate(PATH, true, false, 0, 0), status)).isEqualTo(active);
        assertThat(shown(new Candidate(PATH, false, false, 0, NOW), status).answeredSecondsAgo())
                .isZero();
    }

    @Test
    void ofEachOpenTransportItSaysWhatThatHasCounted() throws Exception {
        Sockets sockets = new Sockets(1);
        Endpoint local = new Endpoint(IpAddress.parse("127.0.0.1"), 0);
        for (int id = 1; id <= 2; id++) {
            sockets.add(id, Transports.towards(Protocol.TCP, local, null, REMOTE, Packets.defaults()));
        }
        PacketBatch batch = new PacketBatch(0, 1, 0);
        batch.length[0] = Transport.MOST_BYTES + 1;
        sockets.open().getLast().send(batch, 0, 1);
        List<TransportStatus> shown = StatusView.transports(sockets, socket -> "path " + socket.id);
        sockets.closeAll();
        assertThat(shown).extracting(TransportStatus::id).containsExactly("path 1", "path 2");
        assertThat(shown.getFirst().counts()).containsOnlyKeys(TransportCounter.values());
        assertThat(shown.getFirst().counts().values()).containsOnly(0L);
        assertThat(shown.getLast().counts()).containsEntry(TransportCounter.TOO_LONG, 1L);
    }

    @Test
    void withoutALiveBindingOrOnAnotherPathItHasWhatItsAnswersTold() {
        Candidate heard = new Candidate(PATH, false, false, 7_000_000, NOW - 30 * SECOND);
        for (AgentStatus status :
                List.of(session(PATH, SessionState.DEGRADED, false), session(path(2), SessionState.ATTACHED, true))) {
            assertThat(shown(heard, status))
                    .isEqualTo(new CandidateStatus(SHOWN, CandidateStatus.State.UP, 7, Double.NaN, 30));
            assertThat(shown(new Candidate(PATH, true, false, 0, 0), status))
                    .isEqualTo(
                            new CandidateStatus(SHOWN, CandidateStatus.State.DEAD, Double.NaN, Double.NaN, Double.NaN));
        }
    }
}
