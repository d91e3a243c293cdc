package jumpvpn.core.transport;

import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.core.net.Protocol;

/**
 * The transport port: datagrams of one protocol between one local endpoint and any number of peers, batch by batch and without waiting. A peer is named by its address and
 * port, whatever connection lies between. Datagrams may be lost, doubled or reordered; one that arrives is whole. One thread may receive and one other may send; whoever
 * closes it has ended both.
 */
public interface Transport extends AutoCloseable {
    /** Bytes of the longest datagram that any transport carries. */
    int MOST_BYTES = 2048;

    /** What carries the datagrams. */
    Protocol protocol();

    /** Where it is bound, with the port that was chosen if 0 was asked for; port 0 while there is none. */
    Endpoint local();

    /** Readable while {@link #receive} has something, for poll(2); -1 once closed. */
    int fd();

    /**
     * Takes what has arrived, up to the batch's capacity. Each filled slot has offset 0, its length, the peer, and our own address where it is known, else zero. A datagram
     * longer than its slot comes with length 0 and is counted.
     *
     * @return {@link PacketBatch#count}; 0: nothing there
     */
    int receive(PacketBatch batch);

    /**
     * Sends the slots {@code from} to {@code to - 1}, each to its peer. What can't be sent for good is skipped and counted; the rest of the batch goes on. A slot that was taken
     * may still be dropped later, which is counted then.
     *
     * @return how many slots are done with; fewer than asked for: there is no room, and the rest is the caller's
     */
    int send(PacketBatch batch, int from, int to);

    /** Bytes of the longest datagram that can be sent to this peer now, as far as this end knows: the network may carry less. 0: to none of that name. */
    int mostBytes(Endpoint peer);

    /** How often it happened so far. Any thread. */
    long count(TransportCounter counter);

    /** Ends it; does nothing the second time. */
    @Override
    void close();
}
