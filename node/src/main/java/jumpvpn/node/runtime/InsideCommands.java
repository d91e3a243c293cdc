package jumpvpn.node.runtime;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import jumpvpn.core.net.IpAddress;
import jumpvpn.node.host.BootClock;
import org.jspecify.annotations.Nullable;

/**
 * The operator's own commands, for networks that no announcement reaches: one is told which inner addresses are here from now on, one which are not any more, as its arguments. One process at a
 * time, on a thread of its own, because they are slow; what changes meanwhile waits, and of one address only the newest counts.
 */
final class InsideCommands implements AutoCloseable {
    private static final int MOST_ARGUMENTS = 256;
    private static final long MOST_NANOS = 5_000_000_000L;
    /** The whole gateway has 3 s to stop. */
    private static final long CLOSE_NANOS = 1_500_000_000L;

    private final @Nullable Path onOwn;
    private final @Nullable Path onRelease;
    private final Log log;
    private final BootClock clock = new BootClock();
    private final Thread thread = new Thread(this::run, "inside-commands");

    /** What waits, by address: whether it is here. Guarded by this. */
    private final Map<IpAddress, Boolean> waiting = new LinkedHashMap<>();

    /** What is here as the commands were told. Guarded by this. */
    private final Set<IpAddress> told = new HashSet<>();

    private boolean closing;
    private long endNanos = Long.MAX_VALUE;

    /** One of the two may be missing. */
    InsideCommands(@Nullable Path onOwn, @Nullable Path onRelease, Log log) {
        this.onOwn = onOwn;
        this.onRelease = onRelease;
        this.log = log;
    }

    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    /** From now on it is here, or not any more. Never waits. */
    synchronized void put(IpAddress address, boolean here) {
        if (!closing) {
            waiting.put(address, here);
            notifyAll();
        }
    }

    private void run() {
        try {
            for (Call call = next(); call != null; call = next()) {
                Path command = call.own ? onOwn : onRelease;
                if (command != null) {
                    execute(call.own ? "on-own" : "on-release", command, call.addresses);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private record Call(boolean own, List<IpAddress> addresses) {}

    /** The oldest that waits, with more of its kind. Null: closed, and nothing is left or the time is over. */
    private synchronized @Nullable Call next() throws InterruptedException {
        while (true) {
            waiting.entrySet().removeIf(entry -> told.contains(entry.getKey()) == entry.getValue());
            if (!waiting.isEmpty() && clock.nowNanos() < endNanos) {
                return take();
            }
            if (closing) {
                return null;
            }
            wait();
        }
    }

    private Call take() {
        Call call = new Call(waiting.values().iterator().next(), new ArrayList<>());
        Iterator<Map.Entry<IpAddress, Boolean>> all = waiting.entrySet().iterator();
        while (all.hasNext() && call.addresses.size() < MOST_ARGUMENTS) {
            Map.Entry<IpAddress, Boolean> entry = all.next();
            if (entry.getValue() == call.own) {
                call.addresses.add(entry.getKey());
                all.remove();
            }
        }
        if (call.own) {
            told.addAll(call.addresses);
        } else {
            call.addresses.forEach(told::remove);
        }
        return call;
    }

    private void execute(String key, Path command, List<IpAddress> addresses) throws InterruptedException {
        List<String> words = new ArrayList<>(List.of(command.toString()));
        addresses.forEach(address -> words.add(address.toString()));
        String what =
                key + " " + command + " (" + addresses.size() + " addresses, the first " + addresses.getFirst() + ")";
        try {
            Process process = new ProcessBuilder(words)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            process.getOutputStream().close();
            if (!waitFor(process)) {
                log.warn(what
                        + " was ended: it took too long, 5 s or the gateway's stop; let it hand on what takes long");
            } else if (process.exitValue() != 0) {
                log.warn(what + " ended with exit code " + process.exitValue() + "; run it by hand to see why");
            }
        } catch (IOException e) {
            log.warn("cannot run " + what + ": " + e.getMessage() + "; is it there and executable?");
        }
    }

    /** False: it was ended, since its time was over. */
    private boolean waitFor(Process process) throws InterruptedException {
        boolean ended = false;
        try {
            ended = process.waitFor(MOST_NANOS, TimeUnit.NANOSECONDS);
        } finally {
            if (!ended) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        }
        return ended;
    }

    /** Releases what is here, for 1.5 s at most, with what a command that runs still takes. */
    @Override
    public void close() {
        synchronized (this) {
            closing = true;
            endNanos = clock.nowNanos() + CLOSE_NANOS;
            waiting.clear();
            told.forEach(address -> waiting.put(address, false));
            notifyAll();
        }
        InsideNetwork.join(thread);
        boolean isOver = !thread.isAlive();
        thread.interrupt(); // whoever runs too long is ended
        synchronized (this) {
            if (onRelease != null && (!isOver || !waiting.isEmpty())) {
                log.warn("not all addresses were released by " + onRelease + ", " + waiting.size()
                        + " were not even named to it: it took too long");
            }
        }
    }
}
