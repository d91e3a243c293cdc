package jumpvpn.node.runtime;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventSink;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.StateVersion;
import jumpvpn.node.config.NodeKey;
import jumpvpn.node.host.SystemEntropy;
import jumpvpn.node.host.WallClock;
import jumpvpn.node.observability.jsonl.EventFeed;
import jumpvpn.node.observability.jsonl.EventJson;
import jumpvpn.node.observability.jsonl.EventSealer;
import jumpvpn.node.observability.jsonl.SealKey;
import org.jspecify.annotations.Nullable;

/**
 * The node's event stream: numbers each event when it is emitted, writes JSON lines on a thread of its own to the file and the followers. Emitting never waits; what the
 * bounded queue can't take is counted and said as EVENTS_DROPPED, and its numbers are missing in the stream.
 */
final class EventLog implements EventSink, AutoCloseable {
    private static final int QUEUE = 8192;
    private static final int KEPT = 1024;
    private static final long IDLE_MILLIS = 200;
    private static final int BATCH_BYTES = 32 * 1024;

    private record Numbered(Event event, long seq, long wallMillis) {}

    private final EventJson json;
    private final Role role;
    private final WallClock wall;
    private final Log log;
    private final @Nullable OutputStream file;
    private final ByteArrayOutputStream unwritten = new ByteArrayOutputStream();
    private final @Nullable Path path;
    private final @Nullable EventSealer sealer;
    private final EventFeed feed;
    private final ArrayBlockingQueue<Numbered> queue = new ArrayBlockingQueue<>(QUEUE);
    private final Thread thread = new Thread(this::run, "events");
    private long seq;
    private long dropped;
    private boolean fileFailed;
    private volatile boolean stopping;

    /**
     * Opens the file for appending.
     *
     * @param config the node's file, which names this one
     * @param path null: followers only
     * @param key seals its lines; null: nothing does
     */
    EventLog(Path config, String node, Role role, @Nullable Path path, @Nullable NodeKey key, WallClock wall, Log log)
            throws StartException {
        this.json = new EventJson(node, HexFormat.of().toHexDigits(new SystemEntropy().nextLong()));
        this.role = role;
        this.wall = wall;
        this.log = log;
        this.path = path;
        this.feed = new EventFeed(KEPT, lost -> json.line(droppedEvent(lost), -1, wall.nowMillis()));
        this.file = open(config, path);
        this.sealer = path == null || key == null ? null : sealer(path, key);
    }

    private @Nullable OutputStream open(Path config, @Nullable Path path) throws StartException {
        if (path == null) {
            return null;
        }
        try {
            OutputStream opened = Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            if (isCutOff(path)) {
                unwritten.write('\n');
            }
            return opened;
        } catch (IOException e) {
            throw new StartException(
                    config + ": cannot append events to " + path + " (" + reason(e)
                            + "); change \"events\" in that file",
                    e);
        }
    }

    private static EventSealer sealer(Path path, NodeKey key) throws StartException {
        try {
            return new EventSealer(path, SealKey.ofPrivate(key.bytes()));
        } catch (IOException e) {
            throw new StartException("cannot read the last seal of " + path + " (" + reason(e) + ")", e);
        }
    }

    /** Whether the last line has no end: the node was killed while it wrote. */
    private static boolean isCutOff(Path path) throws IOException {
        if (!Files.isRegularFile(path) || Files.size(path) == 0) {
            return false;
        }
        try (SeekableByteChannel channel = Files.newByteChannel(path)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            channel.position(channel.size() - 1).read(last);
            return last.get(0) != '\n';
        }
    }

    private static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "its directory does not exist";
            case AccessDeniedException _ -> "permission denied";
            default -> String.valueOf(e.getMessage());
        };
    }

    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    EventFeed feed() {
        return feed;
    }

    @Override
    public synchronized void emit(Event event) {
        long wallMillis = wall.nowMillis();
        if (dropped > 0 && queue.remainingCapacity() > 1) {
            queue.add(new Numbered(droppedEvent(dropped), seq++, wallMillis));
            dropped = 0;
        }
        if (!queue.offer(new Numbered(event, seq++, wallMillis))) {
            dropped++;
        }
    }

    private Event droppedEvent(long count) {
        return new Event(
                0,
                EventType.EVENTS_DROPPED,
                ReasonCode.BUFFER_FULL,
                role,
                null,
                StateVersion.BIRTH,
                null,
                null,
                null,
                0,
                List.of(new Event.Detail("count", count)));
    }

    private void run() {
        try {
            while (!stopping || !queue.isEmpty()) {
                Numbered next = queue.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
                if (next != null) {
                    write(json.line(next.event, next.seq, next.wallMillis));
                    tell(next.event);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What somebody who watches the log wants to know. */
    private void tell(Event event) {
        String path = event.path() == null ? "" : " on " + event.path();
        if (event.type() == EventType.STATE_CHANGE) {
            log.info(event.from() + " -> " + event.to() + ": " + event.reason() + path);
        } else if (event.type() == EventType.SECURITY || event.type() == EventType.REATTACH_REJECT) {
            log.warn(event.type() + ": " + event.reason() + path);
        }
    }

    private void write(String line) {
        feed.publish(line);
        if (file == null) {
            return;
        }
        unwritten.writeBytes(
                sealer == null
                        ? line.getBytes(StandardCharsets.UTF_8)
                        : sealer.sealed(line, queue.isEmpty(), wall.nowMillis()));
        unwritten.write('\n');
        if (queue.isEmpty() || unwritten.size() >= BATCH_BYTES) {
            flush(file);
        }
    }

    /** Whole lines in one call, so that a node that is killed leaves whole lines. */
    private void flush(OutputStream out) {
        try {
            unwritten.writeTo(out);
            unwritten.reset();
        } catch (IOException e) {
            unwritten.reset();
            unwritten.write('\n'); // the last line may be cut off
            if (!fileFailed) {
                fileFailed = true;
                log.error("cannot write events to " + path + ": " + e.getMessage()
                        + "; make room there: events are lost until then");
            }
        }
    }

    @Override
    public void close() {
        stopping = true;
        Threads.join(thread);
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            log.error("cannot close the event file " + path + ": " + e.getMessage());
        }
    }
}
