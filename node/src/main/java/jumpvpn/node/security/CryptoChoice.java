package jumpvpn.node.security;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import jumpvpn.core.security.Aead;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.Entropy;
import jumpvpn.core.security.JdkAead;
import jumpvpn.core.security.JdkX25519;
import jumpvpn.core.security.KeyAgreement;
import jumpvpn.core.security.Suite;
import org.jspecify.annotations.Nullable;

/** Whose ciphers and X25519 this process uses: of each the first library's that is installed and agrees with the JDK on test vectors, else the JDK's. */
public final class CryptoChoice {
    private static final Library IPSEC_MB = new Library("ipsec-mb", IpsecMb::offer);
    private static final Library LIBCRYPTO = new Library("libcrypto", Libcrypto::offer);

    private final AeadPort jdk = new JdkAead();
    private final Map<Suite, Chosen<AeadPort>> aeads = new EnumMap<>(Suite.class);
    private final List<Problem> problems = new ArrayList<>();
    private final Chosen<Supplier<KeyAgreement>> agreement;

    /** An implementation, and whose it is. */
    private record Chosen<T>(String library, T implementation) {}

    /**
     * A library that may be there.
     *
     * @param load what it offers, given the JDK's ciphers; or a {@link LinkageError} with the reason why it can't be used
     */
    record Library(String name, Function<AeadPort, Offer> load) {}

    /**
     * Why something of a library is not used.
     *
     * @param isAbsent it is not installed, or not for this processor; else it failed a test
     */
    public record Problem(String library, String what, boolean isAbsent) {
        @Override
        public String toString() {
            return library + ": " + what;
        }
    }

    /** Whose each is, with the version. */
    public record Names(String aes256Gcm, String chacha20Poly1305, String x25519) {
        @Override
        public String toString() {
            return "AES-256-GCM " + aes256Gcm + ", ChaCha20-Poly1305 " + chacha20Poly1305 + ", X25519 " + x25519;
        }
    }

    /** A library that was asked for can't be used. The message says why. */
    public static final class UnusableException extends Exception {
        private static final long serialVersionUID = 1;

        UnusableException(String message) {
            super(message);
        }
    }

    private record Aeads(AeadPort jdk, AeadPort aes256Gcm, AeadPort chacha20Poly1305) implements AeadPort {
        @Override
        public Aead create(Suite suite, byte[] key) {
            return switch (suite) {
                case AES_256_GCM -> aes256Gcm.create(suite, key);
                case CHACHA20_POLY1305 -> chacha20Poly1305.create(suite, key);
            };
        }

        @Override
        public void sealOnce(Suite suite, byte[] key, long counter, byte[] message, int aadLength, int end) {
            jdk.sealOnce(suite, key, counter, message, aadLength, end);
        }

        @Override
        public int openOnce(
                Suite suite, byte[] key, long counter, byte[] message, int aadLength, int end, byte[] text) {
            return jdk.openOnce(suite, key, counter, message, aadLength, end, text);
        }
    }

    private CryptoChoice(List<Library> libraries) {
        Chosen<Supplier<KeyAgreement>> found = null;
        for (Library library : libraries) {
            try {
                Offer offer = library.load.apply(jdk);
                takeAeads(library.name, offer);
                found = found == null ? agreement(library.name, offer) : found;
            } catch (LinkageError e) {
                problems.add(new Problem(library.name, String.valueOf(e.getMessage()), true));
            }
        }
        String name = "JDK " + System.getProperty("java.version");
        for (Suite suite : Suite.values()) {
            aeads.putIfAbsent(suite, new Chosen<>(name, jdk));
        }
        agreement = found == null ? new Chosen<>(name, JdkX25519::new) : found;
    }

    /** The fastest there is: ipsec-mb's, else libcrypto's, else the JDK's. */
    public static CryptoChoice best() {
        return of(List.of(IPSEC_MB, LIBCRYPTO));
    }

    /** The JDK's. */
    public static CryptoChoice jdk() {
        return of(List.of());
    }

    /** All of libcrypto. */
    public static CryptoChoice libcrypto() throws UnusableException {
        return of(List.of(LIBCRYPTO)).insisting(LIBCRYPTO);
    }

    /** AES-256-GCM of ipsec-mb, all else as {@link #best}. */
    public static CryptoChoice ipsecMb() throws UnusableException {
        return best().insisting(IPSEC_MB);
    }

    /** @param libraries in the order of preference; the JDK's is behind them */
    static CryptoChoice of(List<Library> libraries) {
        return new CryptoChoice(libraries);
    }

    private void takeAeads(String library, Offer offer) {
        offer.aeads().forEach((suite, port) -> {
            if (!aeads.containsKey(suite) && passes(library, CryptoCheck.fault(suite, port, jdk))) {
                aeads.put(suite, new Chosen<>(offer.name(), port));
            }
        });
    }

    private @Nullable Chosen<Supplier<KeyAgreement>> agreement(String library, Offer offer) {
        Supplier<KeyAgreement> made = offer.agreement();
        return made != null && passes(library, CryptoCheck.fault(made.get(), new JdkX25519()))
                ? new Chosen<>(offer.name(), made)
                : null;
    }

    private boolean passes(String library, @Nullable String fault) {
        if (fault != null) {
            problems.add(new Problem(library, fault, false));
        }
        return fault == null;
    }

    private CryptoChoice insisting(Library library) throws UnusableException {
        for (Problem problem : problems) {
            if (problem.library.equals(library.name)) {
                throw new UnusableException(problem.toString());
            }
        }
        return this;
    }

    /** A set of ports for one thread; those of all threads share the ciphers. */
    public Crypto crypto(Entropy entropy) {
        AeadPort port =
                new Aeads(jdk, of(Suite.AES_256_GCM).implementation, of(Suite.CHACHA20_POLY1305).implementation);
        return new Crypto(port, agreement.implementation.get(), entropy);
    }

    private Chosen<AeadPort> of(Suite suite) {
        return Objects.requireNonNull(aeads.get(suite));
    }

    /** Whose each is. */
    public Names names() {
        return new Names(of(Suite.AES_256_GCM).library, of(Suite.CHACHA20_POLY1305).library, agreement.library);
    }

    /** What was looked at and is not used. */
    public List<Problem> problems() {
        return List.copyOf(problems);
    }
}
