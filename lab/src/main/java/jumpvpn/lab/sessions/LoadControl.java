package jumpvpn.lab.sessions;

import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.LongConsumer;
import jumpvpn.core.session.Deadlines;
import jumpvpn.node.host.BootClock;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.Poller;
import jumpvpn.node.host.Waker;

/** The thread that calls all agents: what came for one, and what is due. Connects them one after the other, a few at a time. */
final class LoadControl {
    private static final int INBOX = 1 << 14;
    private static final int TOGETHER = 32;

    private final BootClock clock;
    private final List<LoadSession> sessions;
    private final LoadTally tally;
    private final ArrayBlockingQueue<Message> inbox = new ArrayBlockingQueue<>(INBOX);
    private final PriorityQueue<Due> due = new PriorityQueue<>();
    private final Waker waker = new Waker();
    private int begun;
    private int granted;
    private long churnPauseNanos;
    private long nextChurnNanos = Deadlines.NEVER;
    private int churned;

    private record Message(LoadSession session, LongConsumer action) {}

    /** Stands in the queue until its time, also if the session is due earlier by then. */
    private record Due(long nanos, LoadSession session) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            return Long.compare(nanos, other.nanos);
        }
    }

    LoadControl(BootClock clock, List<LoadSession> sessions, LoadTally tally) throws LinuxException {
        this.clock = clock;
        this.sessions = sessions;
        this.tally = tally;
    }

    /** Runs the action on this thread; false if there is no room for it. Any thread. */
    boolean post(LoadSession session, LongConsumer action) {
        boolean taken = inbox.offer(new Message(session, action));
        waker.wake();
        return taken;
    }

    /** A session was granted. Control thread only. */
    void granted() {
        granted++;
    }

    /** From now on so many sessions a second lose their path, in turn; 0: none. Control thread only. */
    void churn(long nowNanos, int perSecond) {
        churnPauseNanos = perSecond == 0 ? 0 : 1_000_000_000L / perSecond;
        nextChurnNanos = perSecond == 0 ? Deadlines.NEVER : nowNanos;
    }

    private void churnDue(long nowNanos) {
        while (nextChurnNanos <= nowNanos) {
            LoadSession session = sessions.get(churned++ % sessions.size());
            tally.asked(session.losePath(nowNanos));
            note(session);
            nextChurnNanos += churnPauseNanos;
        }
    }

    /** Never returns. */
    void run() throws LinuxException {
        Poller poller = new Poller(1);
        poller.watch(0, waker.fd(), false);
        while (true) {
            long nowNanos = clock.nowNanos();
            for (int most = inbox.size(); most > 0; most--) {
                Message message = inbox.remove();
                message.action.accept(nowNanos);
                note(message.session);
            }
            proceed(nowNanos);
            churnDue(nowNanos);
            for (; begun < sessions.size() && begun - granted < TOGETHER; begun++) {
                sessions.get(begun).begin(nowNanos);
                note(sessions.get(begun));
            }
            Due next = due.peek();
            long wake = Math.min(nextChurnNanos, next == null ? Deadlines.NEVER : next.nanos);
            poller.await(!inbox.isEmpty() ? 0 : wake == Deadlines.NEVER ? Poller.FOREVER : wake - clock.nowNanos());
            waker.drain();
        }
    }

    private void proceed(long nowNanos) {
        for (Due next = due.peek(); next != null && next.nanos <= nowNanos; next = due.peek()) {
            due.remove();
            if (next.nanos == next.session.dueNanos) { // else it was due earlier, and that has been done
                next.session.dueNanos = Deadlines.NEVER;
                next.session.agent.proceed(nowNanos);
                note(next.session);
            }
        }
    }

    private void note(LoadSession session) {
        long next = session.agent.nextNanos();
        if (next < session.dueNanos) {
            session.dueNanos = next;
            due.add(new Due(next, session));
        }
    }
}
