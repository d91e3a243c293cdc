package jumpvpn.node.dashboard;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import jumpvpn.node.host.WallClock;
import jumpvpn.node.observability.HttpListener;
import jumpvpn.node.observability.jsonl.EventFeed;
import jumpvpn.node.runtime.EventLog;
import jumpvpn.node.runtime.Log;
import jumpvpn.node.runtime.NodeControl;
import jumpvpn.node.runtime.StartException;

/** A node's page, served until it is closed. */
public final class Dashboard implements AutoCloseable {
    private static final long MEBIBYTE = 1 << 20;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final WallClock wall = new WallClock();
    private final Board board = new Board();
    private final Incidents incidents = new Incidents();
    private final Viewers viewers = new Viewers();
    private final Rhythm rhythm = new Rhythm();
    private final History history;
    private final HttpServer server;
    private final EventFeed.Follower events;

    private Dashboard(jumpvpn.node.config.Dashboard config, NodeControl node, Log log, Access access, HttpServer server)
            throws IOException {
        this.server = server;
        history = History.open(config.history(), config.historyMebibytes() * MEBIBYTE, log);
        Looks looks = new Looks(node, board, viewers, history, wall, log);
        Actions actions = new Actions(config.actions(), node, history, wall);
        Api api = new Api(board, incidents, rhythm, history, viewers, looks, actions, new Members(node), wall);
        server.createContext("/", new Site(access, api, log));
        server.setExecutor(threads);
        events = node.events().follow();
        threads.execute(() -> Past.read(history, board, incidents, wall.nowMillis(), log));
        threads.execute(this::follow);
        threads.execute(looks::run);
        server.start();
        String page = "http://" + config.listen() + "/";
        log.info("dashboard: "
                + access.link()
                        .map(link -> "open " + page + "#" + link + " (good for one time)")
                        .orElseGet(() -> page + ", its token is in " + config.token()));
    }

    /**
     * Serves the page of a running node.
     *
     * @param file the node's, whose section this is
     * @throws StartException with words for its user
     */
    public static Dashboard open(jumpvpn.node.config.Dashboard config, Path file, NodeControl control, Log log)
            throws StartException {
        String where = file + ":" + config.line() + ": ";
        Access access;
        try {
            access = Access.of(config.token());
        } catch (IOException e) {
            throw new StartException(where + "the dashboard's token " + config.token() + ": " + EventLog.reason(e), e);
        }
        HttpServer server;
        try {
            server = HttpListener.open(new InetSocketAddress(
                    config.listen().address().toString(), config.listen().port()));
        } catch (IOException e) {
            throw new StartException(
                    where + "the dashboard can't listen on " + config.listen() + " (" + EventLog.reason(e)
                            + "); choose another port",
                    e);
        }
        try {
            return new Dashboard(config, control, log, access, server);
        } catch (IOException e) {
            server.stop(0);
            throw new StartException(
                    where + "the dashboard can't write its history " + config.history() + " (" + EventLog.reason(e)
                            + "); choose a file in a folder that this node may write to",
                    e);
        }
    }

    private void follow() {
        try {
            for (String line = events.next(); line != null; line = events.next()) {
                Seen.parse(line).ifPresent(this::take);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void take(Seen event) {
        board.take(event);
        incidents.take(event);
        history.add(event.millis(), event.session(), event.line());
        rhythm.take(event);
        String session = event.session();
        viewers.take(
                event,
                session == null
                        ? ""
                        : board.find(session).map(SessionRow::client).orElse(""));
    }

    @Override
    public void close() {
        events.close();
        server.stop(0);
        threads.shutdownNow();
        history.close();
    }
}
