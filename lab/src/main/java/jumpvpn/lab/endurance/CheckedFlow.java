package jumpvpn.lab.endurance;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A TCP connection that carries the pattern one way, as fast as it goes, until it is ended; who receives looks at every byte. A thread at each end. */
final class CheckedFlow {
    /** Nothing is spoilt. */
    static final long NOWHERE = -1;

    private static final int PIECE_BYTES = 1 << 18;

    private final Pattern pattern;
    private final SocketChannel sender;
    private final SocketChannel receiver;
    private final long spoiltAt;
    private final Thread sends = new Thread(() -> guarded(this::send), "sends");
    private final Thread receives = new Thread(() -> guarded(this::receive), "receives");
    private volatile boolean ending;
    private volatile long sentBytes;
    private volatile long receivedBytes;
    private volatile long wrongBytes;
    private volatile long longestStallNanos;
    private volatile @Nullable String failure;

    private interface Work {
        void run() throws IOException;
    }

    /**
     * Between two ends that are connected and block.
     *
     * @param spoiltAt the sender changes the byte that stands there, or {@link #NOWHERE}: a check that can't fail proves nothing
     */
    CheckedFlow(long seed, SocketChannel sender, SocketChannel receiver, long spoiltAt) {
        this.pattern = new Pattern(seed, PIECE_BYTES);
        this.sender = sender;
        this.receiver = receiver;
        this.spoiltAt = spoiltAt;
    }

    void start() {
        sends.setDaemon(true);
        receives.setDaemon(true);
        receives.start();
        sends.start();
    }

    private void guarded(Work work) {
        try {
            work.run();
        } catch (IOException e) {
            failure = Thread.currentThread().getName() + ": " + e.getMessage() + " after " + sentBytes + " bytes sent, "
                    + receivedBytes + " received";
        }
    }

    private void send() throws IOException {
        long offset = 0;
        while (!ending) {
            ByteBuffer piece = pattern.from(offset);
            if (offset <= spoiltAt && spoiltAt < offset + piece.remaining()) {
                piece = spoilt(piece, (int) (spoiltAt - offset));
            }
            while (piece.hasRemaining()) {
                offset += sender.write(piece);
                sentBytes = offset;
            }
        }
        sender.shutdownOutput();
    }

    private static ByteBuffer spoilt(ByteBuffer piece, int at) {
        ByteBuffer copy = ByteBuffer.allocate(piece.remaining()).put(piece).flip();
        return copy.put(at, (byte) ~copy.get(at));
    }

    private void receive() throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(PIECE_BYTES);
        long offset = 0;
        long wrong = 0;
        long lastNanos = System.nanoTime();
        while (receiver.read(buffer.clear()) >= 0) {
            long nowNanos = System.nanoTime();
            longestStallNanos = Math.max(longestStallNanos, nowNanos - lastNanos);
            lastNanos = nowNanos;
            buffer.flip();
            wrong += pattern.wrong(buffer, offset);
            wrongBytes = wrong;
            offset += buffer.remaining();
            receivedBytes = offset;
        }
    }

    /** Sends nothing more, and waits until all that was sent has come; why it did not, or null. */
    @Nullable
    String end(Duration limit) throws IOException {
        ending = true;
        try {
            boolean ended = sends.join(limit) && receives.join(limit);
            if (failure == null && !ended) {
                failure = "no end within " + limit.toSeconds() + " s";
            }
            if (failure == null && sentBytes != receivedBytes) {
                failure = sentBytes + " bytes sent, " + receivedBytes + " received";
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            sender.close();
            receiver.close();
        }
        return failure;
    }

    /** Why it goes on no more, or null. */
    @Nullable
    String failure() {
        return failure;
    }

    long receivedBytes() {
        return receivedBytes;
    }

    long wrongBytes() {
        return wrongBytes;
    }

    /** The longest time in which nothing came. */
    double longestStallMillis() {
        return longestStallNanos / 1e6;
    }
}
