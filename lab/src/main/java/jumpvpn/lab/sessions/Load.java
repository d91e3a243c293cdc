package jumpvpn.lab.sessions;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import jumpvpn.core.agent.AgentConfig;
import jumpvpn.core.control.Grant;
import jumpvpn.core.data.Bound;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.PacketBatch;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.security.Suite;
import jumpvpn.core.transport.Transport;
import jumpvpn.lab.netns.DirectLink;
import jumpvpn.node.data.tun.TunDevice;
import jumpvpn.node.host.BootClock;
import jumpvpn.node.host.Cpu;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.NetworkConfig;
import jumpvpn.node.host.SystemEntropy;
import jumpvpn.node.security.CryptoChoice;

/** A process that is many clients of one gateway, on one TUN that has all their inner addresses: the kernel's own TCP is what they carry. It ends by a signal. */
public final class Load {
    private static final String TUN = "jvpn0";
    private static final String GATEWAY = "gw1";

    private final BootClock clock = new BootClock();
    private final LookupTable<Bound> bindings = new LookupTable<>();
    private final LookupTable<LoadSession> byAddress = new LookupTable<>();
    private final DropCounters drops = new DropCounters();
    private final List<LoadSession> sessions = new ArrayList<>();
    private final PacketBatch one =
            new PacketBatch(Arena.global().allocate(Transport.MOST_BYTES).address(), 1, Transport.MOST_BYTES);
    private final NetworkConfig network = NetworkConfig.open();
    private final TunDevice tun = TunDevice.create(TUN);
    private final LoadControl control = new LoadControl(clock, sessions);
    private boolean raised;

    private Load() throws LinuxException {}

    /** Arguments: a file with a private key and an inner address a line, the gateway's public key, its endpoint. */
    public static void main(String[] args) throws IOException {
        Load load = new Load();
        int colon = args[2].lastIndexOf(':');
        load.open(
                Files.readAllLines(Path.of(args[0])),
                Base64.getDecoder().decode(args[1]),
                new Endpoint(
                        IpAddress.parse(args[2].substring(0, colon)), Integer.parseInt(args[2].substring(colon + 1))));
        load.run();
    }

    private void open(List<String> members, byte[] gatewayKey, Endpoint remote) throws LinuxException {
        LoadSession.World world = new LoadSession.World(
                CryptoChoice.best().crypto(new SystemEntropy()),
                Cpu.hasAesGcm() ? Suite.AES_256_GCM : Suite.CHACHA20_POLY1305,
                new AgentConfig.Gateway(GATEWAY, gatewayKey),
                bindings,
                drops,
                one,
                this::granted);
        Endpoint local = new Endpoint(IpAddress.parse(DirectLink.CLIENT_ADDRESS), 0);
        for (String member : members) {
            String[] words = member.split(" ", 2);
            LoadSession session =
                    new LoadSession(world, Base64.getDecoder().decode(words[0]), DirectLink.CABLE, local, remote);
            IpAddress inner = IpAddress.parse(words[1]);
            byAddress.put(inner.high(), inner.low(), session);
            sessions.add(session);
        }
    }

    private void granted(Grant.Session session) {
        control.granted();
        try {
            if (!raised) {
                raised = true;
                var _ = network.up(TUN, session.mtu());
            }
            for (Prefix inner : session.inner()) {
                var _ = network.address(TUN, inner);
            }
        } catch (LinuxException e) {
            System.out.println(e.getMessage());
        }
    }

    private void run() throws LinuxException {
        LoadReceive receive = new LoadReceive(clock, tun, sessions, bindings, drops, control);
        LoadSend send = new LoadSend(clock, tun, byAddress, drops, control);
        Thread.ofPlatform().name("receive").daemon().start(receive::run);
        Thread.ofPlatform().name("send").daemon().start(() -> {
            try {
                send.run();
            } catch (LinuxException e) {
                System.out.println(e.getMessage());
            }
        });
        control.run();
    }
}
