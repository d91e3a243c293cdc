package jumpvpn.core.net;

/**
 * A fixed number of packet slots in memory that its owner allocated once: what batch ports fill and drain. Filled slots are 0..{@link #count}-1. One thread at a
 * time; plain public fields, because this is the packet path.
 */
public final class PacketBatch {
    /** How many flows are told apart. */
    public static final int FLOWS = 64;

    /** Raw address of the slot's datagram or packet, before {@link #offset}; at first {@link #home}, where every slot has {@link #slotSize} bytes. Whoever fills a slot may place it elsewhere. */
    public final long[] address;

    /** Offset of the packet's first byte in its slot. */
    public final int[] offset;

    /** Length of the packet in bytes. */
    public final int[] length;

    /** The other end's address, IPv4 mapped, as in {@link IpAddress}: datagrams only. */
    public final long[] peerHigh;

    /** See {@link #peerHigh}. */
    public final long[] peerLow;

    /** The other end's port. */
    public final int[] peerPort;

    /**
     * Our own address that the datagram came to or is to leave from, IPv4 mapped; zero: whatever the kernel picks. Matters on sockets without an address of their own, where an
     * answer must leave from the address that was asked.
     */
    public final long[] localHigh;

    /** See {@link #localHigh}. */
    public final long[] localLow;

    /** A number below {@link #FLOWS} that packets of one flow have in common; 0 for what no flow is known of. For datagrams that are to be sent. */
    public final int[] flow;

    /** The outer header's traffic class: received, only the two bits for congestion (RFC 3168); 0 where the transport has none. */
    public final byte[] trafficClass;

    /** Bytes of a slot. */
    public final int slotSize;

    private final long base;

    /** Filled slots. */
    public int count;

    /** Slots of {@code slotSize} bytes each, one behind the other from {@code base} on. */
    public PacketBatch(long base, int slots, int slotSize) {
        this.base = base;
        this.slotSize = slotSize;
        address = new long[slots];
        offset = new int[slots];
        length = new int[slots];
        peerHigh = new long[slots];
        peerLow = new long[slots];
        peerPort = new int[slots];
        localHigh = new long[slots];
        localLow = new long[slots];
        flow = new int[slots];
        trafficClass = new byte[slots];
        for (int i = 0; i < slots; i++) {
            address[i] = home(i);
        }
    }

    /** The first byte of slot {@code i}'s own memory; the slots lie one behind the other. */
    public long home(int i) {
        return base + (long) i * slotSize;
    }

    /** How many slots there are. */
    public int capacity() {
        return address.length;
    }

    /** Our own address of slot {@code i} as a value; allocates. */
    public IpAddress local(int i) {
        return new IpAddress(localHigh[i], localLow[i]);
    }

    /** The other end of slot {@code i} as a value; allocates. */
    public Endpoint peer(int i) {
        return new Endpoint(new IpAddress(peerHigh[i], peerLow[i]), peerPort[i]);
    }

    /** Sets the other end of slot {@code i}. */
    public void peer(int i, Endpoint peer) {
        peerHigh[i] = peer.address().high();
        peerLow[i] = peer.address().low();
        peerPort[i] = peer.port();
    }
}
