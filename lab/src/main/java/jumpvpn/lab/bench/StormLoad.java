package jumpvpn.lab.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import jumpvpn.core.control.ReattachAnswer;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.KeyPair;
import jumpvpn.node.host.SystemEntropy;
import jumpvpn.node.security.CryptoChoice;

/**
 * A process that is very many clients of several gateways, up to a hundred thousand: real keys, tickets and proofs, but each says only what it must. All connect to the first gateway. It obeys what it is told on
 * standard input: {@code storm N}: each loses its gateway once and asks another, N at a time; {@code reset}; {@code stats}: prints a line of JSON, see {@link StormTally}.
 */
public final class StormLoad {
    private static final int SOCKETS = 16;
    private static final int CONNECTING = 256;
    private static final int ROOM = 2048;
    private static final int WIRE_ID = 4;
    private static final long LOOK_NANOS = 20_000_000;

    private final List<StormClient> clients = new ArrayList<>();
    private final List<InetSocketAddress> gateways = new ArrayList<>();
    private final DatagramChannel[] channels = new DatagramChannel[SOCKETS];
    private final Selector selector = Selector.open();
    private final ByteBuffer room = ByteBuffer.allocateDirect(ROOM);
    private final ArrayBlockingQueue<String> commands = new ArrayBlockingQueue<>(8);
    private final StormTally tally = new StormTally();
    /** Those that wait for something. */
    private final LinkedHashSet<Integer> busy = new LinkedHashSet<>();

    private boolean storms;
    private int together = CONNECTING;
    private int next;

    private StormLoad(String local) throws IOException {
        for (int i = 0; i < SOCKETS; i++) {
            channels[i] = DatagramChannel.open().bind(new InetSocketAddress(local, 0));
            channels[i].configureBlocking(false);
            channels[i].register(selector, SelectionKey.OP_READ);
        }
    }

    /** Arguments: a file with a private key and an inner address a line, the own outer address and its device, and a public key and an endpoint for each gateway. */
    public static void main(String[] args) throws IOException {
        StormLoad load = new StormLoad(args[1]);
        Crypto crypto = CryptoChoice.best().crypto(new SystemEntropy());
        for (int i = 3; i < args.length; i += 2) {
            int colon = args[i + 1].lastIndexOf(':');
            load.gateways.add(new InetSocketAddress(
                    args[i + 1].substring(0, colon), Integer.parseInt(args[i + 1].substring(colon + 1))));
        }
        byte[] gatewayKey = Base64.getDecoder().decode(args[3]);
        for (String member : Files.readAllLines(Path.of(args[0]))) {
            byte[] key = Base64.getDecoder().decode(member.substring(0, member.indexOf(' ')));
            int number = load.clients.size();
            BenchClient client = new BenchClient(crypto, gatewayKey, KeyPair.of(crypto.agreement(), key), number);
            load.clients.add(new StormClient(client, number, load.gateways.size()));
        }
        Thread.ofPlatform().name("commands").daemon().start(load::listen);
        load.run();
    }

    private void listen() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                commands.put(line);
                selector.wakeup();
            }
        } catch (IOException e) {
            System.out.println(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void obey(long nowNanos, String[] words) {
        switch (words[0]) {
            case "storm" -> {
                storms = true;
                together = Integer.parseInt(words[1]);
                next = 0;
            }
            case "reset" -> tally.reset(nowNanos);
            case "stats" -> System.out.println(tally.json(clients));
            default -> System.out.println(words[0] + " is no command");
        }
    }

    private void run() throws IOException {
        long lookNanos = System.nanoTime();
        while (true) {
            long nowNanos = System.nanoTime();
            for (String command = commands.poll(); command != null; command = commands.poll()) {
                obey(nowNanos, command.split(" ", 2));
            }
            for (int i = 0; i < SOCKETS; i++) {
                receive(i);
            }
            if (nowNanos - lookNanos >= 0) {
                lookNanos = nowNanos + LOOK_NANOS;
                repeat(nowNanos);
            }
            begin(nowNanos);
            selector.select(LOOK_NANOS / 1_000_000);
            selector.selectedKeys().clear();
        }
    }

    private void begin(long nowNanos) throws IOException {
        for (; next < clients.size() && busy.size() < together; next++) {
            StormClient client = clients.get(next);
            busy.add(next);
            send(next, storms ? client.lose(nowNanos) : client.connect(nowNanos));
        }
    }

    private void repeat(long nowNanos) throws IOException {
        for (Iterator<Integer> all = busy.iterator(); all.hasNext(); ) {
            int number = all.next();
            StormClient client = clients.get(number);
            byte[] due = client.due(nowNanos);
            if (client.waits == StormClient.Waits.NOTHING) {
                all.remove();
            } else if (due != null) {
                tally.again();
                send(number, due);
            }
        }
    }

    private void send(int number, byte[] datagram) throws IOException {
        channels[number % SOCKETS].send(ByteBuffer.wrap(datagram), gateways.get(clients.get(number).asks));
    }

    private void receive(int channel) throws IOException {
        while (channels[channel].receive(room.clear()) != null) {
            byte[] datagram = new byte[room.flip().remaining()];
            room.get(datagram);
            if (datagram.length > WIRE_ID + Long.BYTES) {
                int number = (int) ByteBuffer.wrap(datagram).getLong(WIRE_ID);
                if (number >= 0 && number < clients.size()) {
                    take(System.nanoTime(), number, datagram);
                }
            }
        }
    }

    private void take(long nowNanos, int number, byte[] datagram) throws IOException {
        StormClient client = clients.get(number);
        byte[] reply = client.connecting(nowNanos, datagram);
        if (reply != null) {
            send(number, reply);
        }
        ReattachAnswer answer = client.answered(nowNanos, datagram);
        if (answer instanceof ReattachAnswer.Ack) {
            send(number, client.keepalive());
        }
        if (answer != null) {
            tally.said(nowNanos, client, answer);
        }
        if (client.waits == StormClient.Waits.NOTHING) {
            busy.remove(number);
        }
    }
}
