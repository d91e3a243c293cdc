package jumpvpn.node.dashboard;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jumpvpn.node.observability.jsonl.JsonWriter;

/**
 * One open page: which window of the list and which session it shows, what it was sent last, and what waits for it. Bounded: what it does not fetch in time goes, and it is
 * told how much. Events and looks come from any thread; messages are made by the thread that sends them.
 */
final class Viewer {
    private static final int MOST_OWN = 512;
    private static final int MOST_NEWS = 64;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Deque<String> own = new ArrayDeque<>();
    private final Deque<List<String>> news = new ArrayDeque<>();
    private long ownLost;
    private long newsLost;
    private boolean due = true;
    private boolean turned;
    private Listing listing = Listing.FIRST;
    private String session = "";
    private int view;
    private Map<String, SessionRow> sent = new HashMap<>();
    private List<String> order = List.of();
    private String sentSession = "";

    /** What the page shows from now on: rows of the list, and the events of this session (empty: of none). */
    synchronized void show(int number, Listing window, String id) {
        view = number;
        listing = window;
        if (!session.equals(id)) {
            session = id;
            sentSession = "";
            own.clear();
            ownLost = 0;
        }
        turned = true;
        wake();
    }

    synchronized void wake() {
        due = true;
        notifyAll();
    }

    /** @param client whose session it speaks of; empty: nobody's, or unknown */
    synchronized void take(Seen event, String client) {
        if (session.equals(event.session())) {
            ownLost += keep(own, event.line(), MOST_OWN);
        }
        if (isNews(event)) {
            newsLost += keep(news, List.of(client, event.line()), MOST_NEWS);
        }
        wake();
    }

    /** Whether a page that shows all sessions tells of it. */
    static boolean isNews(Seen event) {
        return event.is("STATE_CHANGE") || Incidents.concerns(event) || Incidents.isAction(event);
    }

    /** The newest stay. */
    private static <T> int keep(Deque<T> queue, T line, int most) {
        queue.addLast(line);
        if (queue.size() <= most) {
            return 0;
        }
        queue.removeFirst();
        return 1;
    }

    /** Waits until there is something to say, or so long. */
    synchronized void await(long millis) throws InterruptedException {
        long until = System.nanoTime() + millis * NANOS_PER_MILLI;
        for (long left = millis; left > 0 && !due; left = (until - System.nanoTime()) / NANOS_PER_MILLI) {
            wait(left);
        }
        due = false;
        turned = false;
    }

    /** Waits so long before the next message, unless the page turns to something else. */
    synchronized void pause(long millis) throws InterruptedException {
        long until = System.nanoTime() + millis * NANOS_PER_MILLI;
        for (long left = millis; left > 0 && !turned; left = (until - System.nanoTime()) / NANOS_PER_MILLI) {
            wait(left);
        }
    }

    /** What has changed since the last message, as fields of the object that is open. */
    void write(JsonWriter json, Board board) {
        Listing window;
        String id;
        synchronized (this) {
            window = listing;
            id = session;
            json.field("view", view)
                    .field("own", own)
                    .field("own_lost", ownLost)
                    .name("news")
                    .beginArray();
            for (List<String> one : news) {
                json.beginArray();
                one.forEach(json::value);
                json.endArray();
            }
            json.endArray().field("news_lost", newsLost);
            own.clear();
            news.clear();
            ownLost = 0;
            newsLost = 0;
        }
        page(json, window.page(board));
        json.name("counts").beginObject();
        board.counts().forEach((state, count) -> json.field(state.name(), count));
        json.endObject();
        board.find(id).ifPresent(row -> session(json, row));
    }

    private void page(JsonWriter json, Listing.Page page) {
        json.field("total", page.total()).name("rows").beginArray();
        Map<String, SessionRow> now = new HashMap<>();
        List<String> ids = new ArrayList<>();
        for (SessionRow row : page.rows()) {
            now.put(row.id(), row);
            ids.add(row.id());
            if (sent.get(row.id()) != row) {
                row.write(json);
            }
        }
        json.endArray();
        sent = now;
        if (!ids.equals(order)) {
            order = ids;
            json.field("order", ids);
        }
    }

    private void session(JsonWriter json, SessionRow row) {
        String text = row.id() + row.change() + " " + row.lookedMillis();
        if (!text.equals(sentSession)) {
            sentSession = text;
            row.write(json.name("session"));
        }
    }
}
