package jumpvpn.lab.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Request bytes in, sealed ACK bytes out, on one core: ticket, proof, replay check, all gates, fresh keys, commit in memory, new binding, events to a sink that
 * counts. One invocation is one request of every session; what the clients do in between is not measured. A collection that falls into it is, whosesoever the garbage;
 * there is one every dozen invocations or so, hence their number. The heap is a gateway's with many sessions (docs/operating/benchmarks.md), the other flags are the launcher's.
 */
@SuppressWarnings("NullAway.Init") // JMH sets parameters and calls the set-up first
@State(Scope.Thread)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 20)
@Measurement(iterations = 60)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xms4g", "-Xmx4g", "-Xmn3g", "-XX:+UseTransparentHugePages", "-XX:+AlwaysPreTouch"})
public class ReattachBench extends SingleShot {
    static final int SESSIONS = 10_000;
    private static final long PAUSE_NANOS = 3_000_000_000L;

    /** Boot time that passes between two requests: 0, or as in a run of 80,000 requests a second, with all that falls due meanwhile. */
    @Param({"0", "12500"})
    public long paceNanos;

    private final byte[][] requests = new byte[SESSIONS][];
    private final byte[][] answers = new byte[SESSIONS][];
    private Fleet fleet;

    /** Connects the clients. */
    @Setup(Level.Trial)
    public void connect() {
        fleet = new Fleet(SESSIONS);
    }

    /** Lets every client learn from its last answer and make the next request. */
    @Setup(Level.Invocation)
    public void prepare() {
        for (int i = 0; i < SESSIONS; i++) {
            if (answers[i] != null) {
                fleet.clients.get(i).answered(fleet.nowNanos, answers[i]);
            }
        }
        fleet.pass(PAUSE_NANOS);
        for (int i = 0; i < SESSIONS; i++) {
            requests[i] = fleet.clients.get(i).request(fleet.nowNanos);
        }
    }

    /** All sessions reattach, one after the other. */
    @Benchmark
    @OperationsPerInvocation(SESSIONS)
    public byte[][] requestToAck() {
        CpuTime.start();
        for (int i = 0; i < SESSIONS; i++) {
            fleet.nowNanos += paceNanos;
            answers[i] = fleet.asked(BenchClient.from(i), requests[i]);
        }
        CpuTime.stop(SESSIONS);
        return answers;
    }
}
