package jumpvpn.lab.netns;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.session.Policy;

/** What the lab can do to a running tunnel, and what must hold afterwards. */
abstract class Scenario {
    final String label;
    final String purpose;
    final int probes;
    /** Connections opened before the action must live through it. */
    final boolean connectionsSurvive;

    Scenario(String label, String purpose, int probes, boolean connectionsSurvive) {
        this.label = label;
        this.purpose = purpose;
        this.probes = probes;
        this.connectionsSurvive = connectionsSurvive;
    }

    /** How many probes it takes. */
    int probes(int kills) {
        return probes;
    }

    /** Bytes that a probe carries in its ICMP message. */
    int probeBytes() {
        return Ping.SMALL_BYTES;
    }

    /** Whether outages of a second and more are to be looked at one by one. */
    boolean countsOutages() {
        return false;
    }

    /** The transports that both ends have, the preferred first; {@code asked}: by the command line. */
    List<Protocol> transports(List<Protocol> asked) {
        return asked;
    }

    /** What the outer network carries, the preferred first. */
    List<Family> families() {
        return List.of(Family.V4);
    }

    /** The gateway's policy. */
    Policy policy() {
        return Policy.DEFAULT;
    }

    /** Changes the world before anything is started in it. */
    void prepare(Topology topology) throws IOException {}

    /** Does it; when. */
    abstract Instant act(LabRun run) throws IOException;

    /** The claims, with what was seen. */
    abstract List<Check> judge(Evidence e);

    static List<Check> survived(Evidence e) {
        return List.of(
                Judge.emulatorKeptUp(e),
                Judge.attached(e),
                Judge.sameSession(e),
                Judge.sameInnerAddress(e),
                Judge.downloadWhole(e),
                Judge.connectionAlive(e));
    }

    static List<Check> moved(Evidence e, boolean pathDied) {
        return all(
                List.of(
                        Judge.onOtherUplink(e),
                        Judge.clientOrder(e, pathDied),
                        Judge.gatewayOrder(e, pathDied),
                        Judge.gatewayBound(e),
                        Judge.gatesPassed(e)),
                onTheWire(e));
    }

    /** What the captures can tell, where all is UDP: TLS and QUIC hide it. */
    static List<Check> onTheWire(Evidence e) {
        return e.transports().equals(List.of(Protocol.UDP))
                ? List.of(Judge.freshWireIdentifiers(e), Judge.reattachedFirst(e), Judge.noNonceRepeated(e))
                : List.of();
    }

    static List<Check> hidden(Evidence e) {
        return List.of(Judge.markerHidden(e), Judge.nothingElseOutside(e));
    }

    @SafeVarargs
    static List<Check> all(List<Check>... parts) {
        List<Check> all = new ArrayList<>();
        for (List<Check> part : parts) {
            all.addAll(part);
        }
        return all;
    }
}
