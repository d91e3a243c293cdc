package jumpvpn.lab.sessions;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
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
import jumpvpn.node.data.tun.TunDevice;
import jumpvpn.node.host.BootClock;
import jumpvpn.node.host.Cpu;
import jumpvpn.node.host.LinuxException;
import jumpvpn.node.host.NetworkConfig;
import jumpvpn.node.host.SystemEntropy;
import jumpvpn.node.security.CryptoChoice;

/**
 * A process that is many clients of one gateway or of several, on one TUN that has all their inner addresses: the kernel's own TCP is what they carry. It ends by a signal, and obeys what it is told on
 * standard input: {@code churn N}: so many sessions a second lose their path and find another; {@code stats}: prints a line of JSON, what was since {@code reset}; see {@link LoadTally}.
 */
public final class Load {
    private static final String TUN = "jvpn0";

    private final BootClock clock = new BootClock();
    private final LookupTable<Bound> bindings = new LookupTable<>();
    private final LookupTable<LoadSession> byAddress = new LookupTable<>();
    private final DropCounters drops = new DropCounters();
    private final List<LoadSession> sessions = new ArrayList<>();
    private final PacketBatch one =
            new PacketBatch(Arena.global().allocate(Transport.MOST_BYTES).address(), 1, Transport.MOST_BYTES);
    private final NetworkConfig network = NetworkConfig.open();
    private final TunDevice tun = TunDevice.create(TUN);
    private final LoadTally tally = new LoadTally();
    private final LoadControl control = new LoadControl(clock, sessions, tally);
    private boolean raised;

    private Load() throws LinuxException {}

    /** Arguments: a file with a private key and an inner address a line, the own outer address and its device, and a public key and an endpoint for each gateway. */
    public static void main(String[] args) throws IOException {
        Load load = new Load();
        List<AgentConfig.Gateway> gateways = new ArrayList<>();
        List<Endpoint> remotes = new ArrayList<>();
        for (int i = 3; i < args.length; i += 2) {
            gateways.add(new AgentConfig.Gateway(
                    "gw" + (gateways.size() + 1), Base64.getDecoder().decode(args[i])));
            int colon = args[i + 1].lastIndexOf(':');
            remotes.add(new Endpoint(
                    IpAddress.parse(args[i + 1].substring(0, colon)),
                    Integer.parseInt(args[i + 1].substring(colon + 1))));
        }
        load.open(
                Files.readAllLines(Path.of(args[0])),
                new Endpoint(IpAddress.parse(args[1]), 0),
                args[2],
                gateways,
                remotes);
        Thread.ofPlatform().name("commands").daemon().start(load::obey);
        load.run();
    }

    private void obey() {
        try (BufferedReader commands =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
            commands.lines()
                    .forEach(line -> control.post(sessions.getFirst(), now -> command(now, line.split(" ", 2))));
        } catch (IOException e) {
            System.out.println(e.getMessage());
        }
    }

    private void command(long nowNanos, String[] words) {
        switch (words[0]) {
            case "churn" -> control.churn(nowNanos, Integer.parseInt(words[1]));
            case "reset" -> tally.reset();
            case "stats" -> System.out.println(tally.json(nowNanos, sessions));
            default -> System.out.println(words[0] + " is no command");
        }
    }

    private void open(
            List<String> members,
            Endpoint local,
            String device,
            List<AgentConfig.Gateway> gateways,
            List<Endpoint> remotes)
            throws LinuxException {
        LoadSession.World world = new LoadSession.World(
                CryptoChoice.best().crypto(new SystemEntropy()),
                Cpu.hasAesGcm() ? Suite.AES_256_GCM : Suite.CHACHA20_POLY1305,
                gateways,
                remotes,
                bindings,
                drops,
                one,
                tally,
                this::granted);
        for (String member : members) {
            String[] words = member.split(" ", 2);
            LoadSession session = new LoadSession(world, Base64.getDecoder().decode(words[0]), device, local);
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
