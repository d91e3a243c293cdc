package jumpvpn.lab.bench;

import java.util.Arrays;
import java.util.Random;
import jumpvpn.core.control.MessageType;
import jumpvpn.core.net.Endpoint;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A request that proves nothing, until the gateway is done with it. */
@SuppressWarnings("NullAway.Init") // JMH sets parameters and calls the set-up first
@State(Scope.Thread)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xms512m", "-Xmx512m"})
public class RefusalBench extends SingleShot {
    static final int REFUSALS = 200_000;
    private static final int DATAGRAMS = 1024;
    private static final int TICKET_END = 108;

    /** What is wrong with the request. */
    public enum Forgery {
        /** The right type, version and length; all else is random. */
        RANDOM_BYTES,
        /** Another gateway's ticket of today: the right key number, and nothing else fits. */
        STRANGE_TICKET,
        /** A genuine ticket, seen on the wire, and a proof without the key. */
        STOLEN_TICKET,
        /** A genuine request with one bit flipped somewhere behind its ticket. */
        FLIPPED_BIT
    }

    /** The forgery. */
    @Param
    public Forgery forgery;

    private final byte[][] datagrams = new byte[DATAGRAMS][];
    private Fleet fleet;
    private Endpoint from;

    /** Makes the datagrams, and sees to it that the genuine one would be answered. */
    @Setup(Level.Trial)
    public void forge() {
        fleet = new Fleet(1);
        Random random = new Random(2);
        BenchClient client = fleet.clients.getFirst();
        from = client.from;
        for (int i = 0; i < DATAGRAMS; i++) {
            datagrams[i] = datagram(client, random);
        }
        for (byte[] datagram : datagrams) {
            if (fleet.give(from, datagram)) {
                throw new IllegalStateException("a forgery was answered");
            }
        }
        fleet.nowNanos += 2_000_000_000L;
        client.answered(fleet.nowNanos, fleet.asked(from, client.request(fleet.nowNanos)));
    }

    private byte[] datagram(BenchClient client, Random random) {
        byte[] genuine = client.request(fleet.nowNanos);
        switch (forgery) {
            case RANDOM_BYTES -> {
                byte[] header = Arrays.copyOf(genuine, 4);
                random.nextBytes(genuine);
                System.arraycopy(header, 0, genuine, 0, header.length);
            }
            case STRANGE_TICKET -> {
                byte[] header = Arrays.copyOf(genuine, 8);
                random.nextBytes(genuine);
                System.arraycopy(header, 0, genuine, 0, header.length);
            }
            case STOLEN_TICKET -> genuine = client.thiefsRequest(fleet.nowNanos);
            case FLIPPED_BIT -> genuine[TICKET_END + random.nextInt(MessageType.REQUEST_LENGTH - TICKET_END)] ^= 1;
        }
        return genuine;
    }

    /** Many refusals; the clock runs as if they came at 500,000 a second. */
    @Benchmark
    @OperationsPerInvocation(REFUSALS)
    public int refuse() {
        int answered = 0;
        CpuTime.start();
        for (int i = 0; i < REFUSALS; i++) {
            fleet.nowNanos += 2000;
            answered += fleet.give(from, datagrams[i & DATAGRAMS - 1]) ? 1 : 0;
        }
        CpuTime.stop(REFUSALS);
        return answered;
    }
}
