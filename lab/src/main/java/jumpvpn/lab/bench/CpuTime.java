package jumpvpn.lab.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Processor time an operation, of the whole process, so with the garbage collector's: what counts for "one core", and what other processes on the machine disturb less than the time on the clock. The kernel counts it in
 * steps of 10 ms, so a benchmark encloses many operations.
 */
public final class CpuTime implements InternalProfiler {
    /** The name of the result, nanoseconds. */
    static final String RESULT = "cpu";

    private static final OperatingSystemMXBean PROCESS =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private static long startNanos;
    private static long spentNanos;
    private static long operations;

    /** What is measured begins. */
    static void start() {
        startNanos = PROCESS.getProcessCpuTime();
    }

    /** What is measured ends. */
    static void stop(int done) {
        spentNanos += PROCESS.getProcessCpuTime() - startNanos;
        operations += done;
    }

    @Override
    public String getDescription() {
        return "processor time of what the benchmark encloses";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        spentNanos = 0;
        operations = 0;
    }

    @Override
    public Collection<? extends Result<?>> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        return List.of(new ScalarResult(
                RESULT, (double) spentNanos / Math.max(1, operations), "ns/op", AggregationPolicy.AVG));
    }
}
