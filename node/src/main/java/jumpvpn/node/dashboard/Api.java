package jumpvpn.node.dashboard;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import jumpvpn.node.host.WallClock;
import jumpvpn.node.observability.jsonl.Json;
import jumpvpn.node.observability.jsonl.JsonWriter;
import jumpvpn.node.runtime.NodeStatus;
import jumpvpn.node.runtime.Reply;
import org.jspecify.annotations.Nullable;

/** What the page asks for, as JSON; and the stream that keeps it new. */
final class Api {
    private static final int MOST_LINES = 5000;
    private static final long PACE_MILLIS = 100;
    private static final long SILENCE_MILLIS = 1000;
    private static final int PACE_SHARE = 5;
    private static final String FOUND_NOTHING = "{}";

    private final Board board;
    private final Incidents incidents;
    private final Rhythm rhythm;
    private final History history;
    private final Viewers viewers;
    private final Looks looks;
    private final Actions actions;
    private final Members members;
    private final WallClock wall;
    private final AtomicLong viewerNumber = new AtomicLong();
    private final Semaphore readers = new Semaphore(4);

    Api(
            Board board,
            Incidents incidents,
            Rhythm rhythm,
            History history,
            Viewers viewers,
            Looks looks,
            Actions actions,
            Members members,
            WallClock wall) {
        this.board = board;
        this.incidents = incidents;
        this.rhythm = rhythm;
        this.history = history;
        this.viewers = viewers;
        this.looks = looks;
        this.actions = actions;
        this.members = members;
        this.wall = wall;
    }

    /** A page of the list. */
    String sessions(Map<String, String> asked) {
        Listing.Page page = Listing.of(asked).page(board);
        JsonWriter json = new JsonWriter()
                .beginObject()
                .field("total", page.total())
                .name("rows")
                .beginArray();
        page.rows().forEach(row -> row.write(json));
        return json.endArray().endObject().toString();
    }

    /** What an open page shows from now on; its stream brings it. Null: there is no such page. */
    @Nullable
    String view(Map<String, String> asked) {
        Viewer viewer = viewers.find(asked.getOrDefault("viewer", ""));
        if (viewer == null) {
            return null;
        }
        viewer.show(
                Listing.number(asked.get("view"), 0, Integer.MAX_VALUE),
                Listing.of(asked),
                asked.getOrDefault("session", ""));
        return FOUND_NOTHING;
    }

    /** A session and what happened to it since then; null: nobody knows it. */
    @Nullable
    String session(Map<String, String> asked) throws IOException, InterruptedException {
        String id = asked.getOrDefault("id", "");
        if (!id.matches("[0-9a-f]{32}")) {
            return null;
        }
        long nowMillis = wall.nowMillis();
        long spanMillis = Listing.number(asked.get("seconds"), 900, 7 * 86_400) * 1000L;
        readers.acquire();
        History.Found found;
        try {
            found = history.of(id, nowMillis - spanMillis, Long.MAX_VALUE, MOST_LINES);
        } finally {
            readers.release();
        }
        JsonWriter json =
                new JsonWriter().beginObject().field("now_ms", nowMillis).field("whole", found.isWhole());
        board.find(id).ifPresent(row -> row.write(json.name("session")));
        NodeStatus status = looks.newest();
        if (status != null) {
            NodeView.candidates(json.name("candidates"), status);
        }
        return json.field("lines", found.lines()).endObject().toString();
    }

    String security() {
        JsonWriter json = new JsonWriter();
        incidents.write(json, wall.nowMillis());
        return json.toString();
    }

    String cluster() {
        JsonWriter json = new JsonWriter().beginObject().field("now_ms", wall.nowMillis());
        NodeStatus status = looks.newest();
        json.name("members").beginArray();
        if (status != null) {
            members.of(status, wall.nowMillis()).forEach(member -> member.write(json));
        }
        json.endArray()
                .name("history")
                .beginObject()
                .field("bytes", history.bytes())
                .field("most_bytes", history.mostBytes())
                .field("lost", history.lost())
                .endObject();
        if (status != null) {
            NodeView.write(json.name("node"), status);
        }
        return json.endObject().toString();
    }

    /** An action's answer. */
    String act(String body) {
        Reply reply;
        try {
            reply = Json.parse(body) instanceof Json.Fields wish
                    ? actions.act(wish)
                    : new Reply.Refused("BAD_REQUEST", "an action is a JSON object");
        } catch (IllegalArgumentException e) {
            reply = new Reply.Refused("BAD_REQUEST", String.valueOf(e.getMessage()));
        }
        JsonWriter json = new JsonWriter().beginObject();
        switch (reply) {
            case Reply.Done done -> json.field("ok", true).field("text", done.text());
            case Reply.Refused refused ->
                json.field("ok", false).field("reason", refused.reason()).field("text", refused.text());
            default -> json.field("ok", false);
        }
        return json.endObject().toString();
    }

    /** Whether one more page may watch; its name. */
    @Nullable
    String enter() {
        String id = Long.toString(viewerNumber.incrementAndGet());
        return viewers.open(id) == null ? null : id;
    }

    /** Server-sent events until the page leaves: each one object, what has changed since the one before. */
    void stream(String id, OutputStream out) throws IOException, InterruptedException {
        Viewer viewer = viewers.find(id);
        try {
            while (viewer != null) {
                viewer.await(SILENCE_MILLIS);
                long begin = System.nanoTime();
                out.write(("data: " + message(id, viewer) + "\n\n").getBytes(StandardCharsets.UTF_8));
                out.flush();
                long took = (System.nanoTime() - begin) / 1_000_000;
                viewer.pause(Math.max(PACE_MILLIS, took * PACE_SHARE));
            }
        } finally {
            viewers.close(id);
        }
    }

    private String message(String id, Viewer viewer) {
        long nowMillis = wall.nowMillis();
        NodeStatus status = looks.newest();
        JsonWriter json = new JsonWriter()
                .beginObject()
                .field("viewer", id)
                .field("now_ms", nowMillis)
                .field("incidents", incidents.lastHour(nowMillis));
        rhythm.write(json.name("switches"), nowMillis);
        if (status != null) {
            json.field("node", status.name()).field("role", status instanceof NodeStatus.Client ? "client" : "gateway");
        }
        json.field("actions", actions.possible(status));
        viewer.write(json, board);
        return json.endObject().toString();
    }
}
