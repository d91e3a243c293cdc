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
    private static final int MOST_A_TURN = 256;
    private static final int TOGETHER = 32;

    private final BootClock clock;
    private final List<LoadSession> sessions;
    private final LoadTally tally;
    private final ArrayBlockingQueue<Message> inbox = new ArrayBlockingQueue<>(INBOX);
    private final ArrayBlockingQueue<LongConsumer> commands = new ArrayBlockingQueue<>(8);
    private final PriorityQueue<Due> due = new PriorityQueue<>();
    private final Waker waker = new Waker();
    private int begun;
    private int granted;
    private long churnPauseNanos;
    private long nextChurnNanos = Deadlines.NEVER;
    private int churned;
    private int churnLeft;
    private int mostSearching = Integer.MAX_VALUE;

    /** Something to be done for a session. */
    interface Action {
        void act(LoadSession session, long nowNanos);
    }

    private record Message(LoadSocket socket, Action action) {}

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

    /** Runs the action on this thread, for each session of the socket; false if there is no room for it. Any thread. */
    boolean post(LoadSocket socket, Action action) {
        boolean taken = inbox.offer(new Message(socket, action));
        waker.wake();
        return taken;
    }

    /** Runs the action on this thread, ahead of what came for sessions. Another thread, which waits if several are told. */
    void command(LongConsumer action) throws InterruptedException {
        commands.put(action);
        waker.wake();
    }

    /** A session was granted. Control thread only. */
    void granted() {
        granted++;
    }

    /** From now on so many sessions a second lose their path, in turn; 0: none. Control thread only. */
    void churn(long nowNanos, int perSecond) {
        churnLeft = Integer.MAX_VALUE;
        mostSearching = Integer.MAX_VALUE;
        churnPauseNanos = perSecond == 0 ? 0 : 1_000_000_000L / perSecond;
        nextChurnNanos = perSecond == 0 ? Deadlines.NEVER : nowNanos;
    }

    /** Each session loses its path once, so many at a time: one that is bound lets another go. Control thread only. */
    void storm(long nowNanos, int together) {
        churn(nowNanos, sessions.size());
        churnLeft = sessions.size();
        mostSearching = together;
    }

    private void churnDue(long nowNanos) {
        int most = Math.min(TOGETHER, mostSearching - tally.searching()); // what comes for others is not to wait
        for (; nextChurnNanos <= nowNanos && most > 0; most--) {
            LoadSession session = sessions.get(churned++ % sessions.size());
            tally.asked(session.losePath(nowNanos));
            note(session);
            churnLeft--;
            nextChurnNanos = churnLeft == 0 ? Deadlines.NEVER : nextChurnNanos + churnPauseNanos;
        }
    }

    /** Never returns. */
    void run() throws LinuxException {
        Poller poller = new Poller(1);
        poller.watch(0, waker.fd(), false);
        while (true) {
            long nowNanos = clock.nowNanos();
            for (LongConsumer command = commands.poll(); command != null; command = commands.poll()) {
                command.accept(nowNanos);
            }
            for (int most = Math.min(inbox.size(), MOST_A_TURN); most > 0; most--) { // or the time would be old
                Message message = inbox.remove();
                for (LoadSession session : message.socket.sessions) {
                    message.action.act(session, nowNanos);
                    note(session);
                }
            }
            proceed(nowNanos);
            churnDue(nowNanos);
            for (; begun < sessions.size() && begun - granted < TOGETHER; begun++) {
                sessions.get(begun).begin(nowNanos);
                note(sessions.get(begun));
            }
            Due next = due.peek();
            long nextLoss = tally.searching() < mostSearching ? nextChurnNanos : Deadlines.NEVER;
            long wake = Math.min(nextLoss, next == null ? Deadlines.NEVER : next.nanos);
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
