package jumpvpn.node.transport.udp;

import java.lang.ref.Reference;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.core.transport.TransportCounter;
import jumpvpn.core.transport.TransportCounters;
import jumpvpn.node.host.Errno;
import jumpvpn.node.host.Libc;

/** The sending half of a {@link UdpSocket}: which neighbours go as one message, and what becomes of what the kernel refuses. One thread. */
final class Sender {
    private static final int MOST_BYTES = 65_000;
    private static final int MOST_SEGMENTS = 64;

    private final boolean anyAddress;
    private final int slots;
    private final TransportCounters counters;
    private final MessageArray outgoing;
    private final int[] ends;
    private int fd;
    private boolean segments = true;
    private int refusedTogether;
    private int refusedErrno;
    private int lastErrno;

    Sender(int fd, int family, boolean anyAddress, int slots, TransportCounters counters) {
        this.fd = fd;
        this.anyAddress = anyAddress;
        this.slots = slots;
        this.counters = counters;
        outgoing = new MessageArray(family, slots);
        ends = new int[slots];
    }

    /** As {@link UdpSocket#send}. */
    int send(PacketBatch batch, int from, int to) {
        int at = from;
        try {
            boolean hasRoom = true;
            while (at < to && hasRoom) {
                int chunk = Math.min(slots, to - at);
                int done = sendChunk(batch, at, chunk, segments);
                hasRoom = done == chunk || refusedTogether > 0;
                if (refusedTogether > 0) {
                    done += sendSingly(batch, at + done, refusedTogether);
                }
                at += done;
            }
            if (!hasRoom) {
                counters.count(TransportCounter.NO_ROOM);
            }
        } finally {
            Reference.reachabilityFence(outgoing.memory());
        }
        return at - from;
    }

    /** What was refused as one message. If that is not for its size or a passing reason, this kernel or interface can't send several as one. */
    private int sendSingly(PacketBatch batch, int from, int count) {
        refusedTogether = 0;
        long refused = counters.get(TransportCounter.REFUSED);
        int done = sendChunk(batch, from, 1, false);
        if (done == 0) {
            return 0;
        }
        boolean goesAlone = counters.get(TransportCounter.REFUSED) == refused;
        segments = !(goesAlone && isForGood(refusedErrno));
        return done + sendChunk(batch, from + 1, count - 1, false);
    }

    private static boolean isForGood(int errno) {
        return errno == Errno.EIO || errno == Errno.EINVAL || errno == Errno.EMSGSIZE || errno == Errno.EOPNOTSUPP;
    }

    private int sendChunk(PacketBatch batch, int from, int count, boolean inSegments) {
        int prepared = 0;
        for (int at = from; at < from + count; prepared++) {
            int end = inSegments ? together(batch, at, from + count) : at + 1;
            prepareSend(batch, from, at, end, prepared);
            ends[prepared] = end - from;
            at = end;
        }
        int done = 0;
        while (done < prepared) {
            int sent = Libc.sendmmsg(fd, outgoing.message(done), prepared - done, Libc.MSG_DONTWAIT);
            if (sent == -Errno.EAGAIN) {
                break;
            } else if (sent >= 0) {
                done += sent;
            } else if (ends[done] - before(done) > 1) {
                refusedTogether = ends[done] - before(done);
                refusedErrno = -sent;
                break;
            } else { // the first of them failed; had it been a later one, the ones before would have been counted
                lastErrno = -sent;
                counters.count(TransportCounter.REFUSED, ends[done] - before(done));
                done++;
            }
        }
        return before(done);
    }

    private int before(int message) {
        return message == 0 ? 0 : ends[message - 1];
    }

    /** Where the neighbours end that may go in one message with this one. */
    private static int together(PacketBatch batch, int at, int end) {
        int bytes = batch.length[at];
        int most = Math.min(end, at + Math.min(MOST_SEGMENTS, MOST_BYTES / Math.max(1, bytes)));
        int next = at + 1;
        while (next < most
                && batch.length[next - 1] == bytes
                && batch.length[next] <= bytes
                && batch.length[next] > 0
                && batch.peerLow[next] == batch.peerLow[at]
                && batch.peerHigh[next] == batch.peerHigh[at]
                && batch.peerPort[next] == batch.peerPort[at]
                && batch.trafficClass[next] == batch.trafficClass[at]
                && batch.localLow[next] == batch.localLow[at]
                && batch.localHigh[next] == batch.localHigh[at]) {
            next++;
        }
        return next;
    }

    /** Message {@code i} is the slots {@code at} to {@code end - 1} of a chunk that begins at {@code from}. */
    private void prepareSend(PacketBatch batch, int from, int at, int end, int i) {
        for (int slot = at; slot < end; slot++) {
            outgoing.vector(slot - from, batch.address[slot] + batch.offset[slot], batch.length[slot]);
        }
        outgoing.vectors(i, at - from, end - at);
        outgoing.writePeer(i, batch, at);
        if (anyAddress) {
            outgoing.writeLocal(i, batch, at);
        } else {
            outgoing.clearLocal(i);
        }
        if (batch.trafficClass[at] != 0) {
            outgoing.writeTrafficClass(i, batch.trafficClass[at]);
        }
        if (end - at > 1) {
            outgoing.writeSegmentBytes(i, batch.length[at]);
        }
    }

    /** As {@link UdpSocket#keepApart}. */
    void keepApart() {
        segments = false;
    }

    /** As {@link UdpSocket#lastErrno}. */
    int lastErrno() {
        return lastErrno;
    }

    /** The number may be another's now. */
    void close() {
        fd = -1;
    }
}
