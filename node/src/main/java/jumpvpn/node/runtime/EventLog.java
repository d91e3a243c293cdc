package jumpvpn.node.runtime;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventSink;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.Role;
import jumpvpn.node.config.NodeConfig;
import jumpvpn.node.config.NodeKey;
import jumpvpn.node.host.SystemEntropy;
import jumpvpn.node.host.WallClock;
import jumpvpn.node.observability.EventCounts;
import jumpvpn.node.observability.Exporter;
import jumpvpn.node.observability.NumberedEvent;
import jumpvpn.node.observability.Sink;
import jumpvpn.node.observability.jsonl.EventFeed;
import jumpvpn.node.observability.jsonl.EventJson;
import jumpvpn.node.observability.jsonl.EventSealer;
import jumpvpn.node.observability.jsonl.JsonLinesFile;
import jumpvpn.node.observability.jsonl.SealKey;
import org.jspecify.annotations.Nullable;

/**
 * The node's event stream: numbers each event when it is emitted and offers it to every sink. One sink is always there, the followers' and the log's; the file is
 * another. Emitting never waits and wakes nobody: {@link #wake} does, at the end of the control thread's turn. What a turn emits has one time, as it has for the core.
 */
public final class EventLog implements EventSink, AutoCloseable {
    /** Events that wait in a sink at most, if nobody says otherwise. */
    public static final int QUEUE = 8192;

    private static final int KEPT = 1024;

    private final String startName = HexFormat.of().toHexDigits(new SystemEntropy().nextLong());
    private final EventJson json;
    private final WallClock wall;
    private final Log log;
    private final Sink.Voice voice;
    private final EventFeed feed;
    private final List<Sink> added = new CopyOnWriteArrayList<>();
    private final List<Runnable> begun = new ArrayList<>();
    private Sink[] sinks = new Sink[0];
    private @Nullable EventCounts counts;
    private long seq;
    private long wallMillis;
    private volatile boolean unwoken;

    private EventLog(String node, Role role, WallClock wall, Log log) {
        this.json = new EventJson(node, startName);
        this.wall = wall;
        this.log = log;
        this.voice = new Sink.Voice(role, wall::nowMillis, log::warn);
        this.feed = new EventFeed(KEPT, lost -> json.line(NumberedEvent.dropped(lost, role, wall.nowMillis())));
        add("followers", this::follow, QUEUE);
    }

    /** Opens the file that the configuration names for appending; sealed, if it has a key for that. */
    static EventLog open(NodeConfig config, Role role, WallClock wall, Log log) throws StartException {
        return open(config.file(), config.name(), role, config.events(), config.eventsKey(), wall, log);
    }

    /**
     * Opens the file for appending.
     *
     * @param config the node's file, which names this one
     * @param path null: no file
     */
    public static EventLog open(Path config, String node, Role role, @Nullable Path path, WallClock wall, Log log)
            throws StartException {
        return open(config, node, role, path, null, wall, log);
    }

    private static EventLog open(
            Path config, String node, Role role, @Nullable Path path, @Nullable NodeKey key, WallClock wall, Log log)
            throws StartException {
        EventLog events = new EventLog(node, role, wall, log);
        if (path != null) {
            try {
                EventSealer sealer = key == null ? null : new EventSealer(path, SealKey.ofPrivate(key.bytes()));
                events.add("events", new JsonLinesFile(path, events.json, sealer), QUEUE);
            } catch (IOException e) {
                throw new StartException(
                        config + ": cannot append events to " + path + " (" + reason(e)
                                + "); change \"events\" in that file",
                        e);
            }
        }
        return events;
    }

    /** Why a file could not be opened for writing, for people. */
    public static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "its directory does not exist";
            case AccessDeniedException _ -> "permission denied";
            default -> String.valueOf(e.getMessage());
        };
    }

    /** One more sink. Before the start, so that each is offered every event. */
    public void add(String name, Exporter exporter, int capacity) {
        added.add(new Sink(name, exporter, capacity, voice));
        sinks = added.toArray(Sink[]::new);
    }

    /** What begins together with the sinks. */
    void whenStarted(Runnable begin) {
        begun.add(begin);
    }

    /** The sinks begin to hand over; what was emitted before waits for that. */
    public void start() {
        added.forEach(Sink::start);
        begun.forEach(Runnable::run);
    }

    EventFeed feed() {
        return feed;
    }

    /** The native format, with the names of this node and of this start. */
    public EventJson json() {
        return json;
    }

    /** Names this start of the node. */
    public String startName() {
        return startName;
    }

    /** Has all events counted from now on. Before the start. */
    void count(EventCounts into) {
        counts = into;
    }

    /** Those that were added, and the followers'. */
    public List<Sink> sinks() {
        return added;
    }

    @Override
    public synchronized void emit(Event event) {
        if (!unwoken) { // once a turn: each time would cost as much as all the rest
            wallMillis = wall.nowMillis();
        }
        NumberedEvent numbered = new NumberedEvent(event, seq++, wallMillis);
        for (Sink sink : sinks) {
            sink.offer(numbered);
        }
        if (counts != null) {
            counts.count(event);
        }
        if (!unwoken) { // behind the offers, which whoever wakes meanwhile may not have seen
            unwoken = true;
        }
    }

    /** Lets the sinks know of what was emitted. */
    public void wake() {
        if (unwoken) {
            unwoken = false;
            for (Sink sink : sinks) {
                sink.wake();
            }
        }
    }

    private void follow(List<NumberedEvent> batch) {
        for (NumberedEvent event : batch) {
            feed.publish(() -> json.line(event));
            tell(event.event());
        }
    }

    /** What somebody who watches the log wants to know. */
    private void tell(Event event) {
        String path = event.path() == null ? "" : " on " + event.path();
        if (event.type() == EventType.STATE_CHANGE) {
            log.info(event.from() + " -> " + event.to() + ": " + event.reason() + path);
        } else if (event.type() == EventType.SECURITY || event.type() == EventType.REATTACH_REJECT) {
            log.warn(event.type() + ": " + event.reason() + path);
        } else if (event.type() == EventType.OPERATOR_ACTION) {
            log.info("operator: "
                    + event.details().stream()
                            .map(detail -> String.valueOf(detail.value()))
                            .collect(Collectors.joining(" ")));
        }
    }

    @Override
    public void close() {
        added.forEach(Sink::close);
    }
}
