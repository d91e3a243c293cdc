package jumpvpn.lab.sim;

import jumpvpn.core.net.IpAddress;
import jumpvpn.core.transport.LinkKind;

/** One of a client's links to the world: a local address behind a router. The client reaches every gateway endpoint over it, each by a path. */
final class Uplink {
    final ClientNode client;
    final String name;
    final LinkKind kind;
    final Nat nat;
    final Lane up;
    final Lane down;
    final long delayNanos;
    private final int mostBytes;
    IpAddress local;
    boolean isUp = true;

    /** The client's path to each gateway endpoint; new ones whenever the link comes up. */
    final int[] pathIds;

    Uplink(
            ClientNode client,
            String name,
            LinkKind kind,
            IpAddress local,
            Nat nat,
            Lane up,
            Lane down,
            int mostBytes,
            int endpoints) {
        this.client = client;
        this.name = name;
        this.kind = kind;
        this.local = local;
        this.nat = nat;
        this.up = up;
        this.down = down;
        this.delayNanos = up.weather().delay();
        this.mostBytes = mostBytes;
        carriesAtMost(mostBytes);
        this.pathIds = new int[endpoints];
    }

    /** Longer datagrams disappear both ways. */
    void carriesAtMost(int bytes) {
        up.carriesAtMost(bytes);
        down.carriesAtMost(bytes);
    }

    /** What is long passes as well as ever. */
    void widen() {
        carriesAtMost(mostBytes);
    }

    /** As it should be. */
    void heal() {
        widen();
        up.black(false);
        down.black(false);
        up.weather(Lane.Weather.clear(delayNanos));
        down.weather(Lane.Weather.clear(delayNanos));
    }

    @Override
    public String toString() {
        return client.name + " " + name;
    }
}
