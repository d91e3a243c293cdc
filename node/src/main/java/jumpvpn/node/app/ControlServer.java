package jumpvpn.node.app;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import jumpvpn.node.app.ControlProtocol.Wish;
import jumpvpn.node.observability.jsonl.EventFeed;
import jumpvpn.node.runtime.Log;
import jumpvpn.node.runtime.NodeControl;
import jumpvpn.node.runtime.Reply;
import jumpvpn.node.runtime.Request;
import jumpvpn.node.runtime.Through;

/**
 * Answers on a node's control socket: one request a connection, a virtual thread each. Bounded in every direction: connections, followers, a request's size and time. Only
 * the node's own user and root are heard.
 */
final class ControlServer {
    private static final int MOST_REQUESTS = 16;
    private static final int MOST_FOLLOWERS = 16;
    private static final long REQUEST_SECONDS = 10;
    private static final String EVENTS_FOLLOW = "{\"ok\":true,\"result\":{}}";

    private final NodeControl node;
    private final Log log;
    private final Semaphore requests = new Semaphore(MOST_REQUESTS);
    private final Semaphore followers = new Semaphore(MOST_FOLLOWERS);
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();

    ControlServer(NodeControl node, Log log) {
        this.node = node;
        this.log = log;
    }

    /** Accepts until the channel is closed; the peers of then are closed too. */
    void acceptAll(ServerSocketChannel server) {
        while (server.isOpen()) {
            try {
                SocketChannel peer = server.accept();
                open.add(peer);
                Thread.ofVirtual().start(() -> serve(peer));
            } catch (IOException e) {
                if (server.isOpen()) {
                    log.warn("control socket: " + e.getMessage());
                    pause();
                }
            }
        }
        open.forEach(ControlServer::close);
    }

    /** Out of file descriptors, perhaps: not again at once. */
    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(SocketChannel peer) {
        try (peer) {
            if (!isAllowed(peer)) {
                return;
            }
            if (!requests.tryAcquire()) {
                write(peer, ControlProtocol.line(new Reply.Refused("BUSY", "too many requests at a time; try again")));
                return;
            }
            Wish wish;
            try {
                wish = answer(peer);
            } finally {
                requests.release();
            }
            if (wish instanceof Wish.Events events) {
                send(peer, events);
            }
        } catch (IOException e) {
            // The peer has gone, or was too slow: its loss.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(peer);
        }
    }

    /** The socket's mode lets in only them anyway, except in the moment before it was set. */
    private static boolean isAllowed(SocketChannel peer) throws IOException {
        return OwnUser.isSelfOrRoot(
                peer.getOption(ExtendedSocketOptions.SO_PEERCRED).user());
    }

    /** Reads and answers within a bounded time; events come later. */
    private Wish answer(SocketChannel peer) throws IOException {
        CountDownLatch done = new CountDownLatch(1);
        Thread.ofVirtual().start(() -> closeUnless(done, peer));
        try {
            Wish wish = ControlProtocol.parse(readLine(peer));
            if (wish instanceof Wish.Ask ask) {
                write(peer, ControlProtocol.line(reply(ask.request())));
            }
            return wish;
        } catch (IllegalArgumentException e) {
            write(peer, ControlProtocol.line(new Reply.Refused("BAD_REQUEST", String.valueOf(e.getMessage()))));
            throw new IOException(e);
        } finally {
            done.countDown();
        }
    }

    private Reply reply(Request request) {
        try {
            return node.handle(request, Through.CONTROL);
        } catch (RuntimeException e) {
            log.bug("control request failed", e);
            return new Reply.Refused("BUG", "the node met a bug; its log says where");
        }
    }

    private static void closeUnless(CountDownLatch done, SocketChannel peer) {
        try {
            if (!done.await(REQUEST_SECONDS, TimeUnit.SECONDS)) {
                close(peer);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String readLine(SocketChannel peer) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(ControlProtocol.MOST_REQUEST_BYTES);
        while (bytes.hasRemaining()) {
            int from = bytes.position();
            if (peer.read(bytes) < 0) {
                throw new IOException("the peer left before its request ended");
            }
            for (int i = from; i < bytes.position(); i++) {
                if (bytes.get(i) == '\n') {
                    return new String(bytes.array(), 0, i, StandardCharsets.UTF_8);
                }
            }
        }
        throw new IllegalArgumentException(
                "a request has at most " + ControlProtocol.MOST_REQUEST_BYTES + " bytes and ends with a line feed");
    }

    /** A follower that does not read fills its own buffers and waits here; the feed goes on without it. */
    private void send(SocketChannel peer, Wish.Events events) throws IOException, InterruptedException {
        if (!events.follow()) {
            write(peer, EVENTS_FOLLOW);
            for (String line : node.events().newest()) {
                write(peer, line);
            }
            return;
        }
        if (!followers.tryAcquire()) {
            write(peer, ControlProtocol.line(new Reply.Refused("BUSY", "too many followers at a time; end one")));
            return;
        }
        try (EventFeed.Follower follower =
                node.events().follow()) { // before the answer: what happens after it is not missed
            write(peer, EVENTS_FOLLOW);
            Thread.ofVirtual().start(() -> closeAtEnd(peer, follower));
            for (String line = follower.next(); line != null; line = follower.next()) {
                write(peer, line);
            }
        } finally {
            followers.release();
        }
    }

    /** A follower says nothing more; that it left is seen only by reading. */
    private static void closeAtEnd(SocketChannel peer, EventFeed.Follower follower) {
        try {
            ByteBuffer ignored = ByteBuffer.allocate(64);
            while (peer.read(ignored) >= 0) {
                ignored.clear();
            }
        } catch (IOException e) {
            // Closed from here or there: the same end.
        } finally {
            follower.close();
        }
    }

    private static void write(SocketChannel peer, String line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            peer.write(bytes);
        }
    }

    private static void close(SocketChannel peer) {
        try {
            peer.close();
        } catch (IOException e) {
            // Gone either way.
        }
    }
}
