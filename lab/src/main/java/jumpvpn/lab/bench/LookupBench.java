package jumpvpn.lab.bench;

import java.util.SplittableRandom;
import jumpvpn.core.data.LookupTable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A packet's wire identifier looked up among those of all bindings, in no order that a cache could like. */
@SuppressWarnings("NullAway.Init") // JMH sets parameters and calls the set-up first
@State(Scope.Thread)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xms512m", "-Xmx512m"})
public class LookupBench extends SingleShot {
    private static final int LOOKUPS = 1 << 24;
    private static final int ASKED = 1 << 20;

    /** Keys that have a value. */
    @Param({"1", "1000", "1000000"})
    public int entries;

    private final LookupTable<Object> table = new LookupTable<>();
    private final long[] known = new long[ASKED];
    private final long[] unknown = new long[ASKED];

    /** Fills the table, and chooses what is asked for. */
    @Setup(Level.Trial)
    public void fill() {
        SplittableRandom random = new SplittableRandom(1);
        long[] keys = random.longs(entries).toArray();
        Object value = new Object();
        for (long key : keys) {
            table.put(0, key, value);
        }
        for (int i = 0; i < ASKED; i++) {
            known[i] = keys[random.nextInt(entries)];
            unknown[i] = random.nextLong();
        }
    }

    /** Of packets that belong to a binding. */
    @Benchmark
    @OperationsPerInvocation(LOOKUPS)
    public int hit() {
        return look(known, LOOKUPS);
    }

    /** Of packets that belong to none. */
    @Benchmark
    @OperationsPerInvocation(LOOKUPS)
    public int miss() {
        return look(unknown, 0);
    }

    private int look(long[] asked, int expected) {
        int found = 0;
        CpuTime.start();
        for (int i = 0; i < LOOKUPS; i++) {
            found += table.get(0, asked[i & ASKED - 1]) != null ? 1 : 0;
        }
        CpuTime.stop(LOOKUPS);
        if (found != expected) {
            throw new IllegalStateException(found + " were found");
        }
        return found;
    }
}
