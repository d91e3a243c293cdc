package jumpvpn.lab.sessions;

import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.transport.udp.UdpSocket;

/** A socket of one session or of a few: what comes is told to all of them, and the wire identifier in it says to whom it matters. */
final class LoadSocket {
    private static final int SLOTS = 64;

    final List<LoadSession> sessions = new ArrayList<>(1);
    final UdpSocket socket;
    final String device;
    final Endpoint local;

    LoadSocket(Endpoint local, String device) throws LinuxException {
        this.local = local;
        this.device = device;
        socket = UdpSocket.open(local, device, SLOTS);
    }

    /** Sends slots of a batch; how many are done with. */
    synchronized int send(PacketBatch batch, int from, int to) {
        return socket.send(batch, from, to);
    }
}
