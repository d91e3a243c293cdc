package jumpvpn.lab.bench;

import java.lang.foreign.Arena;
import java.util.Arrays;
import jumpvpn.core.security.Aead;
import jumpvpn.core.security.Suite;
import jumpvpn.node.host.Memory;
import jumpvpn.node.host.SystemEntropy;
import jumpvpn.node.security.CryptoChoice;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One packet sealed or opened in place, in native memory, by each implementation that is installed. */
@SuppressWarnings("NullAway.Init") // JMH sets parameters and calls the set-up first
@State(Scope.Thread)
@Fork(value = 1, jvmArgsAppend = "-Xmx64m")
public class AeadBench extends SingleShot {
    static final int PACKETS = 200_000;
    private static final int MOST = 2048;
    private static final int AAD = 20;

    /** An implementation. */
    public enum Cipher {
        JDK_AES(Suite.AES_256_GCM),
        LIBCRYPTO_AES(Suite.AES_256_GCM),
        IPSEC_MB_AES(Suite.AES_256_GCM),
        JDK_CHACHA(Suite.CHACHA20_POLY1305),
        LIBCRYPTO_CHACHA(Suite.CHACHA20_POLY1305);

        private final Suite suite;

        Cipher(Suite suite) {
            this.suite = suite;
        }

        private Aead create() throws CryptoChoice.UnusableException {
            CryptoChoice choice = switch (this) {
                case JDK_AES, JDK_CHACHA -> CryptoChoice.jdk();
                case LIBCRYPTO_AES, LIBCRYPTO_CHACHA -> CryptoChoice.libcrypto();
                case IPSEC_MB_AES -> CryptoChoice.ipsecMb();
            };
            return choice.crypto(new SystemEntropy()).aead().create(suite, new byte[32]);
        }

        private boolean isInstalled() {
            try {
                create();
                return true;
            } catch (CryptoChoice.UnusableException e) {
                return false;
            }
        }
    }

    /** The cipher. */
    @Param
    public Cipher cipher;

    /** What is sealed: an inner packet of so many bytes. */
    @Param({"64", "1400"})
    public int bytes;

    private Aead aead;
    private long packet;
    private long sealed;
    private long counter;

    /** What there is to compare on this machine. */
    static String[] installed() {
        return Arrays.stream(Cipher.values())
                .filter(Cipher::isInstalled)
                .map(Cipher::name)
                .toArray(String[]::new);
    }

    /** Makes the key and one sealed packet. */
    @Setup(Level.Trial)
    public void prepare() throws CryptoChoice.UnusableException {
        aead = cipher.create();
        packet = Arena.global().allocate(2 * MOST, 64).address();
        sealed = packet + MOST;
        aead.seal(-1, Memory.ALL, sealed, AAD, sealed + AAD, bytes);
    }

    /** Many packets, each with the next counter. */
    @Benchmark
    @OperationsPerInvocation(PACKETS)
    public void seal() {
        CpuTime.start();
        for (int i = 0; i < PACKETS; i++) {
            aead.seal(counter++, Memory.ALL, packet, AAD, packet + AAD, bytes);
        }
        CpuTime.stop(PACKETS);
    }

    /** The same packet many times, copied before each, since it is opened in place. */
    @Benchmark
    @OperationsPerInvocation(PACKETS)
    public int open() {
        int opened = 0;
        CpuTime.start();
        for (int i = 0; i < PACKETS; i++) {
            Memory.copy(sealed + AAD, packet + AAD, bytes + Aead.TAG_LENGTH);
            opened += aead.open(-1, Memory.ALL, packet, AAD, packet + AAD, bytes + Aead.TAG_LENGTH);
        }
        CpuTime.stop(PACKETS);
        if (opened != PACKETS * bytes) {
            throw new IllegalStateException("a genuine packet was not opened");
        }
        return opened;
    }
}
