package jumpvpn.lab.throughput;

/** What is measured. */
enum Measure {
    TCP_UP("tcp_up", "TCP, 1 stream, to the gateway", "Mbit/s", true),
    TCP_DOWN("tcp_down", "TCP, 1 stream, to the client", "Mbit/s", true),
    TCP_FIRST("tcp_down_first", "the same, the first transfer after connecting", "Mbit/s", true),
    TCP_FOUR("tcp_4_up", "TCP, 4 streams, to the gateway", "Mbit/s", true),
    CPU("cpu_seconds_per_gb", "CPU of both ends, TCP to the gateway", "s/GB", false),
    UDP_SMALL("udp_64", "UDP, 64 bytes, received", "packets/s", true),
    UDP_LOSSLESS("udp_1400", "UDP, packets of 1,400 bytes, without loss", "Mbit/s", true),
    PING_MEDIAN("ping_p50", "ping p50, idle", "ms", false),
    PING_WORST("ping_p99", "ping p99, idle", "ms", false),
    RSS("peak_rss", "peak RSS of the larger end", "MB", false),
    CONNECT("connect", "client started to first ping answered", "ms", false);

    /** In JSON. */
    final String key;

    final String label;
    final String unit;
    final boolean moreIsBetter;

    Measure(String key, String label, String unit, boolean moreIsBetter) {
        this.key = key;
        this.label = label;
        this.unit = unit;
        this.moreIsBetter = moreIsBetter;
    }
}
