package jumpvpn.node.config;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Whose ciphers and X25519 a node shall use. */
public enum CryptoLibrary {
    /** The fastest that is installed and passes its tests. */
    AUTO("auto"),
    /** Intel's Multi-Buffer Crypto for IPsec: AES-256-GCM; all else as with {@link #AUTO}. */
    IPSEC_MB("ipsec-mb"),
    /** OpenSSL's. */
    LIBCRYPTO("libcrypto"),
    /** Those that come with Java. */
    JDK("jdk");

    private final String text;

    CryptoLibrary(String text) {
        this.text = text;
    }

    static CryptoLibrary parse(String text) throws BadValue {
        for (CryptoLibrary library : values()) {
            if (library.text.equals(text)) {
                return library;
            }
        }
        throw new BadValue(
                "there is no crypto \"" + text + "\"",
                "choose one of "
                        + Arrays.stream(values()).map(CryptoLibrary::toString).collect(Collectors.joining(", ")));
    }

    /** As it stands in a file. */
    @Override
    public String toString() {
        return text;
    }
}
