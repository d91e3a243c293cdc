package jumpvpn.node.observability;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import jumpvpn.core.session.Role;
import org.jspecify.annotations.Nullable;

/**
 * One outlet of events: a bounded queue, a thread, and a back-off between attempts. Who offers never waits, whatever the other side does: what the queue can't take is
 * dropped, counted, and said in this outlet's own stream, in its place, as EVENTS_DROPPED. Once it is closed, offered = written + dropped.
 */
public final class Sink implements AutoCloseable {
    private static final int BATCH = 256;
    private static final long IDLE_NANOS = 1_000_000_000;
    private static final long FIRST_BACK_OFF_NANOS = 100_000_000;
    private static final long MOST_BACK_OFF_NANOS = 10_000_000_000L;
    private static final long CLOSE_MILLIS = 1000;
    private static final int STACK_BYTES = 256 * 1024;

    /** Who speaks in the stream when something is missing from it, by which clock, and where to say in words what an operator should know. */
    public record Voice(Role role, LongSupplier wallMillis, Consumer<String> log) {}

    /**
     * What it counted.
     *
     * @param offered events; of them
     * @param written handed over, and
     * @param dropped not and never; the rest is on its way
     * @param failures attempts that failed
     * @param queued events that wait
     * @param capacity of the queue
     */
    public record Counts(long offered, long written, long dropped, long failures, int queued, int capacity) {}

    private final String name;
    private final Exporter exporter;
    private final Voice voice;
    private final EventQueue queue;
    private final Thread thread;
    private final AtomicLong offered = new AtomicLong();
    private final AtomicLong overflowed = new AtomicLong();
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private volatile boolean waiting;
    private volatile boolean stopping;
    private long due;
    private long inHand;
    private long unsaid;
    private long backOffNanos = FIRST_BACK_OFF_NANOS;
    private @Nullable String trouble;

    /**
     * Does not run yet.
     *
     * @param capacity of the queue, in events
     */
    public Sink(String name, Exporter exporter, int capacity, Voice voice) {
        this.name = name;
        this.exporter = exporter;
        this.voice = voice;
        this.queue = new EventQueue(capacity);
        this.thread = new Thread(null, this::run, "sink-" + name, STACK_BYTES);
        this.thread.setDaemon(true);
    }

    /** Its name in configuration and figures. */
    public String name() {
        return name;
    }

    /** Begins to hand over. */
    public void start() {
        thread.start();
    }

    /**
     * Takes an event, or drops it; its thread looks for it after {@link #wake}, at the latest after a second. One thread at a time.
     *
     * @param event the next by number: every sink is offered all of them, from 0
     */
    public void offer(NumberedEvent event) {
        if (!queue.offer(event)) {
            overflowed.setRelease(overflowed.getPlain() + 1);
        }
        offered.setRelease(event.seq() + 1);
    }

    /** Tells its thread that there is something. Apart from {@link #offer}, because waking a thread costs more than an event may. */
    public void wake() {
        VarHandle.fullFence(); // what was offered is seen by its thread, or that it waits is seen here
        if (waiting) {
            LockSupport.unpark(thread);
        }
    }

    /** At this moment. */
    public Counts counts() {
        return new Counts(
                offered.get(),
                written.get(),
                overflowed.get() + refused.get(),
                failures.get(),
                queue.size(),
                queue.capacity());
    }

    private void run() {
        try {
            for (List<NumberedEvent> batch = next(); !batch.isEmpty(); batch = next()) {
                deliver(batch);
            }
        } catch (InterruptedException e) {
            // closing lasts too long
        }
        refused.addAndGet(inHand);
        for (List<NumberedEvent> rest = taken(); !rest.isEmpty(); rest = taken()) {
            refused.addAndGet(rest.size());
        }
        exporter.close();
    }

    private List<NumberedEvent> taken() {
        List<NumberedEvent> taken = new ArrayList<>();
        queue.drain(taken, BATCH);
        return taken;
    }

    /** Waits for events; empty if none will come. */
    private List<NumberedEvent> next() throws InterruptedException {
        List<NumberedEvent> batch = new ArrayList<>();
        while (batch.isEmpty()) {
            boolean last = stopping;
            if (queue.size() > 0 && queue.size() < BATCH && exporter.lingerMillis() > 0 && !last) {
                Thread.sleep(exporter.lingerMillis());
            }
            long seen = offered.get();
            for (NumberedEvent event : taken()) {
                missing(event.seq(), batch);
                batch.add(event);
                due = event.seq() + 1;
            }
            if (batch.isEmpty()) {
                missing(Math.max(due, seen), batch); // the newest ones, and nothing came since
                due = Math.max(due, seen);
            }
            if (batch.isEmpty()) {
                if (last) {
                    break;
                }
                await();
            }
        }
        return batch;
    }

    /** Says what lies between the last event taken and this one. */
    private void missing(long seq, List<NumberedEvent> batch) {
        long gap = seq - due + unsaid;
        if (gap > 0) {
            batch.add(
                    NumberedEvent.dropped(gap, voice.role(), voice.wallMillis().getAsLong()));
            unsaid = 0;
        }
    }

    private void await() {
        waiting = true;
        if (queue.size() == 0 && !stopping) {
            LockSupport.parkNanos(this, IDLE_NANOS);
        }
        waiting = false;
    }

    private void deliver(List<NumberedEvent> batch) throws InterruptedException {
        inHand = events(batch);
        for (boolean done = false; !done; ) {
            try {
                exporter.deliver(batch);
                written.addAndGet(inHand);
                inHand = 0;
                recovered();
                done = true;
            } catch (Exporter.RefusedException e) {
                done = true;
                giveUp(batch, e);
            } catch (IOException e) {
                failed(e);
            } catch (RuntimeException e) { // a bug: it costs these events, not the sink
                done = true;
                giveUp(batch, new Exporter.RefusedException(e.toString()));
            }
        }
    }

    private void giveUp(List<NumberedEvent> batch, Exporter.RefusedException why) throws InterruptedException {
        boolean all = why.count() >= batch.size();
        long gone = all ? inHand : Math.min(inHand, why.count());
        unsaid += all ? lost(batch) : gone;
        refused.addAndGet(gone);
        written.addAndGet(inHand - gone);
        inHand = 0;
        if (all) {
            failed(why);
        } else { // the other side works: no reason to wait
            failures.incrementAndGet();
            report(why);
        }
    }

    private void failed(IOException e) throws InterruptedException {
        failures.incrementAndGet();
        report(e);
        Thread.sleep(Duration.ofNanos(backOffNanos));
        backOffNanos = Math.min(2 * backOffNanos, MOST_BACK_OFF_NANOS);
    }

    private static long events(List<NumberedEvent> batch) {
        return batch.stream().filter(event -> event.seq() >= 0).count();
    }

    /** Those of the batch, and those that it would have said to be lost. */
    private static long lost(List<NumberedEvent> batch) {
        return batch.stream()
                .mapToLong(event -> event.seq() >= 0
                        ? 1
                        : (Long) event.event().details().getFirst().value())
                .sum();
    }

    private void report(IOException e) {
        if (trouble == null) {
            trouble = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            voice.log.accept("events do not reach \"" + name + "\": " + trouble + "; "
                    + (e instanceof Exporter.RefusedException
                            ? "they are dropped and counted"
                            : "it is tried again and again, meanwhile " + queue.capacity()
                                    + " are kept, the rest is counted"));
        }
    }

    private void recovered() {
        backOffNanos = FIRST_BACK_OFF_NANOS;
        if (trouble != null) {
            trouble = null;
            voice.log.accept("events reach \"" + name + "\" again; since the start "
                    + (overflowed.get() + refused.get()) + " were dropped for it");
        }
    }

    /** Hands over what it has within a second; the rest is dropped. Nothing is offered any more. */
    @Override
    public void close() {
        stopping = true;
        if (thread.getState() == Thread.State.NEW) {
            exporter.close();
            return;
        }
        LockSupport.unpark(thread);
        try {
            if (!thread.join(Duration.ofMillis(CLOSE_MILLIS))) {
                thread.interrupt();
                thread.join(CLOSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
