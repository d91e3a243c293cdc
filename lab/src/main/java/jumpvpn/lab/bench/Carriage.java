package jumpvpn.lab.bench;

import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;

/** Two ends in this process, connected over loopback, both on the one Netty thread; datagrams of {@value #BYTES} bytes are handed over by another thread. */
interface Carriage extends AutoCloseable {
    /** Bytes of a datagram. */
    int BYTES = 1_200;

    /** Datagrams that are handed over at a time. */
    int BATCH = 32;

    /** Where both ends are. */
    Endpoint ANY_PORT = new Endpoint(IpAddress.parse("127.0.0.1"), 0);

    /** Hands {@link #BATCH} datagrams over, without waiting. @return how many were taken */
    int send();

    /** How many have arrived so far; any thread. */
    long received();

    @Override
    void close();
}
