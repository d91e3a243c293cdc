package jumpvpn.node.runtime;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;
import java.util.function.ObjLongConsumer;
import jumpvpn.node.host.BootClock;
import jumpvpn.node.host.LinkMonitor;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.Poller;
import jumpvpn.node.host.Waker;

/**
 * The control thread: the only one that calls the engine. Sleeps until the engine's next deadline, a message, or a change of links; reads the clock once a turn. What
 * goes wrong in one message is logged and harms no other.
 */
final class ControlLoop implements AutoCloseable {
    private static final int INBOX = 4096;
    private static final long MOST_MILLIS = 1000;
    private static final long MOST_LATER_MILLIS = 5000;
    private static final Reply BUSY = new Reply.Refused("BUSY", "the node did not answer in time; try again");
    private static final Reply LATER = new Reply.Refused(
            "BUSY", "the store has not answered yet; what was asked may still be done, `jumpvpn events` will say so");
    private static final int WAKER = 0;
    private static final int LINKS = 1;

    private final BootClock clock;
    private final Log log;
    private final LinkMonitor links;
    private final Waker waker;
    private final ArrayBlockingQueue<LongConsumer> inbox = new ArrayBlockingQueue<>(INBOX);
    private final CompletableFuture<String> failure = new CompletableFuture<>();
    private final Thread thread = new Thread(this::run, "control");
    private volatile boolean stopping;
    private volatile Engine engine = new Idle();

    ControlLoop(BootClock clock, Log log, LinkMonitor links) throws LinuxException {
        this.clock = clock;
        this.log = log;
        this.links = links;
        this.waker = new Waker();
    }

    void start(Engine drives) {
        engine = drives;
        thread.setDaemon(true);
        thread.start();
    }

    /** Completes if the loop can't go on. */
    CompletableFuture<String> failure() {
        return failure;
    }

    /**
     * Runs the action on the control thread, with its time.
     *
     * @return false if the queue is full: then it never runs
     */
    boolean post(LongConsumer action) {
        boolean taken = inbox.offer(action);
        waker.wake();
        return taken;
    }

    /**
     * As {@link #post}, for what anybody may send: it gets no more than half of the queue, so that it can't crowd out what is proven.
     */
    boolean postUnproven(LongConsumer action) {
        return inbox.remainingCapacity() > INBOX / 2 && post(action);
    }

    /** Makes the engine proceed soon. Any thread. */
    void wake() {
        waker.wake();
    }

    /** Asks the control thread and gives its answer. */
    <T> CompletableFuture<T> ask(LongFunction<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        boolean taken = post(now -> answer.complete(question.apply(now)));
        if (!taken) {
            answer.completeExceptionally(new IllegalStateException("the control queue is full"));
        }
        return answer;
    }

    /** Asks the control thread for a reply to an operator, within a bound. */
    Reply reply(LongFunction<Reply> question) {
        return within(MOST_MILLIS, ask(question), BUSY);
    }

    /** As {@link #reply}, where the control thread may have to hear from others before it gives the reply. */
    Reply laterReply(ObjLongConsumer<Consumer<Reply>> question) {
        CompletableFuture<Reply> reply = new CompletableFuture<>();
        return post(now -> question.accept(reply::complete, now)) ? within(MOST_LATER_MILLIS, reply, LATER) : BUSY;
    }

    private static Reply within(long mostMillis, CompletableFuture<Reply> answer, Reply otherwise) {
        try {
            return answer.get(mostMillis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Reply.Refused("INTERRUPTED", "the request was interrupted");
        } catch (ExecutionException | TimeoutException e) {
            return otherwise;
        }
    }

    /** The engine's last act: the other ends are told, within a bound. */
    void farewell(LongConsumer last) {
        Reply told = reply(now -> {
            last.accept(now);
            return new Reply.Done("");
        });
        if (told instanceof Reply.Refused refused) {
            log.warn("the other end could not be told: " + refused.text());
        }
    }

    private void run() {
        try {
            Poller poller = new Poller(2);
            poller.watch(WAKER, waker.fd(), false);
            poller.watch(LINKS, links.fd(), false);
            while (!stopping) {
                turn(poller);
            }
        } catch (LinuxException e) {
            failure.complete(e.getMessage());
        }
    }

    private void turn(Poller poller) throws LinuxException {
        long nowNanos = clock.nowNanos();
        for (int most = inbox.size(); most > 0; most--) { // no more than there are: a flood must not stop the clock
            LongConsumer action = inbox.poll();
            if (action != null) {
                guarded(action, nowNanos);
            }
        }
        guarded(engine::proceed, nowNanos);
        long next = inbox.isEmpty() ? engine.nextNanos() : 0;
        poller.await(next == Long.MAX_VALUE ? Poller.FOREVER : next - clock.nowNanos());
        waker.drain();
        if (poller.readable(LINKS) && links.drain()) {
            guarded(engine::linksChanged, clock.nowNanos());
        }
    }

    private void guarded(LongConsumer action, long nowNanos) {
        try {
            action.accept(nowNanos);
        } catch (RuntimeException e) {
            log.bug("a control message failed; the others go on", e);
        }
    }

    @Override
    public void close() {
        stopping = true;
        waker.wake();
        Threads.join(thread);
        waker.close();
    }

    /** Until the engine is there. */
    private static final class Idle implements Engine {
        @Override
        public void receive(long nowNanos, int socketId, jumpvpn.core.net.Endpoint from, byte[] datagram) {}

        @Override
        public void receiveControl(
                long nowNanos, jumpvpn.core.data.Binding binding, jumpvpn.core.net.Endpoint from, byte[] message) {}

        @Override
        public void watch(long nowNanos, jumpvpn.core.data.Binding binding) {}

        @Override
        public void linksChanged(long nowNanos) {}

        @Override
        public void proceed(long nowNanos) {}

        @Override
        public long nextNanos() {
            return Long.MAX_VALUE;
        }
    }
}
