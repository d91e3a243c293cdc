package jumpvpn.lab.sim;

import java.util.ArrayDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Runs many seeds, several at a time, each on one thread, and hands on what they came to in the order of the seeds. */
final class Sweep {
    private static final int AHEAD = 16;

    /**
     * What a seed came to.
     *
     * @param outcome null if it broke something
     * @param violation null if it did not
     */
    record Result<T>(
            long seed, @Nullable T outcome, @Nullable Violation violation) {}

    private Sweep() {}

    /**
     * Runs seeds from the first on.
     *
     * @param each takes every result; false: that is enough
     */
    static <T> void run(long first, long count, int threads, LongFunction<T> simulation, Predicate<Result<T>> each) {
        try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
            ArrayDeque<Future<Result<T>>> running = new ArrayDeque<>();
            long next = first;
            boolean more = true;
            while (more && (next < first + count || !running.isEmpty())) {
                while (next < first + count && running.size() < AHEAD) {
                    long seed = next++;
                    running.add(workers.submit(() -> one(seed, simulation)));
                }
                more = each.test(got(running.remove()));
            }
            running.forEach(rest -> rest.cancel(false));
        }
    }

    private static <T> Result<T> one(long seed, LongFunction<T> simulation) {
        try {
            return new Result<>(seed, simulation.apply(seed), null);
        } catch (Violation violation) {
            return new Result<>(seed, null, violation);
        }
    }

    private static <T> T got(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }
}
