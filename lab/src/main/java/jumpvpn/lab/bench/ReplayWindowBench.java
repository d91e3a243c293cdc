package jumpvpn.lab.bench;

import jumpvpn.core.security.ReplayWindow;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.PolicyKey;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A packet's counter against the default window. */
@State(Scope.Thread)
@Fork(value = 1, jvmArgsAppend = "-Xmx64m")
public class ReplayWindowBench extends SingleShot {
    private static final int COUNTERS = 1 << 25;
    private static final int EIGHTS_BACKWARDS = 7;

    private static final int SIZE = Policy.DEFAULT.count(PolicyKey.SECURITY_REPLAY_WINDOW);

    private final ReplayWindow window = new ReplayWindow(SIZE);
    private long next;

    /** Each the one after the last. */
    @Benchmark
    @OperationsPerInvocation(COUNTERS)
    public int inOrder() {
        return acceptNew(0);
    }

    /** Eight at a time in the opposite order. */
    @Benchmark
    @OperationsPerInvocation(COUNTERS)
    public int reordered() {
        return acceptNew(EIGHTS_BACKWARDS);
    }

    private int acceptNew(int turned) {
        int accepted = 0;
        CpuTime.start();
        for (int i = 0; i < COUNTERS; i++) {
            accepted += window.accept(next++ ^ turned) ? 1 : 0;
        }
        CpuTime.stop(COUNTERS);
        return checked(accepted, COUNTERS);
    }

    /** What was received before and is still in the window. */
    @Benchmark
    @OperationsPerInvocation(COUNTERS)
    public int replayed() {
        while (next < SIZE) {
            window.accept(next++);
        }
        int accepted = 0;
        CpuTime.start();
        for (int i = 0; i < COUNTERS; i++) {
            accepted += window.accept(i % SIZE) ? 1 : 0;
        }
        CpuTime.stop(COUNTERS);
        return checked(accepted, 0);
    }

    private static int checked(int accepted, int expected) {
        if (accepted != expected) {
            throw new IllegalStateException(accepted + " were accepted");
        }
        return accepted;
    }
}
