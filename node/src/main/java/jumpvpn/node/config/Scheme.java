package jumpvpn.node.config;

/** What carries a path, as written in front of an endpoint. */
public enum Scheme {
    /** Our datagrams over UDP. */
    UDP(true),
    /** Our datagrams in QUIC datagram frames. */
    QUIC(false),
    /** Our datagrams in TLS over TCP. */
    TCP(false);

    private final boolean built;

    Scheme(boolean built) {
        this.built = built;
    }

    /** Whether this version can use it; endpoints of the others are warned about and skipped. */
    public boolean built() {
        return built;
    }
}
