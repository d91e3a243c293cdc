package jumpvpn.node.dashboard;

import java.util.List;
import jumpvpn.core.session.SessionState;
import jumpvpn.node.host.WallClock;
import jumpvpn.node.runtime.Log;
import jumpvpn.node.runtime.NodeControl;
import jumpvpn.node.runtime.NodeStatus;
import jumpvpn.node.runtime.Reply;
import jumpvpn.node.runtime.Request;
import jumpvpn.node.runtime.SessionStatus;
import jumpvpn.node.runtime.Through;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the node for the figures that no event brings: every second while somebody watches, else every {@value #UNWATCHED_MILLIS} ms, and never so often that its
 * answers take more than a fiftieth of the node's control thread.
 */
final class Looks {
    private static final long WATCHED_MILLIS = 1000;
    private static final long UNWATCHED_MILLIS = 10_000;
    private static final long MOST_MILLIS = 60_000;
    private static final int SHARE = 50;

    private final NodeControl node;
    private final Board board;
    private final Viewers viewers;
    private final History history;
    private final Samples samples;
    private final WallClock wall;
    private final Log log;
    private volatile @Nullable NodeStatus newest;

    Looks(NodeControl node, Board board, Viewers viewers, History history, WallClock wall, Log log) {
        this.node = node;
        this.board = board;
        this.viewers = viewers;
        this.history = history;
        this.samples = new Samples(history.mostBytes());
        this.wall = wall;
        this.log = log;
    }

    /** What the node said last; null before the first look. */
    @Nullable
    NodeStatus newest() {
        return newest;
    }

    /** Until interrupted. */
    void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                long begin = System.nanoTime();
                look();
                long pause = Math.min(MOST_MILLIS, (System.nanoTime() - begin) / 1_000_000 * SHARE);
                if (viewers.isEmpty()) {
                    viewers.awaitFirst(Math.max(UNWATCHED_MILLIS, pause));
                } else {
                    Thread.sleep(Math.max(WATCHED_MILLIS, pause));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        long asked = board.change();
        try {
            if (node.handle(new Request.Status(), Through.DASHBOARD) instanceof Reply.Status status) {
                long nowMillis = wall.nowMillis();
                newest = status.status();
                board.refresh(sessions(status.status()), asked, nowMillis);
                samples.take(board.live(), nowMillis, history);
                viewers.wakeAll();
            }
        } catch (RuntimeException e) {
            log.bug("the dashboard's look at the node failed", e);
        }
    }

    private static List<SessionStatus> sessions(NodeStatus status) {
        return switch (status) {
            case NodeStatus.Gateway gateway -> gateway.sessions();
            case NodeStatus.Client client ->
                client.session().state() == SessionState.TERMINATED ? List.of() : List.of(client.session());
        };
    }
}
