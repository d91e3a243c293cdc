package jumpvpn.node.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where the truth about sessions is, {@code [ownership]} of a gateway's file.
 *
 * @param endpoints of etcd, {@code http} or {@code https} with a port; at least one with {@link Mode#ETCD}, else none
 * @param lease how long after its last sign of life a gateway may take itself for an owner
 * @param prefix of all keys in the store
 * @param tls null: plain HTTP
 * @param login null: none
 */
public record Ownership(
        Mode mode,
        List<URI> endpoints,
        Duration lease,
        String prefix,
        @Nullable Tls tls,
        @Nullable Login login) {
    static final Duration LEAST_LEASE = Duration.ofSeconds(2);
    static final Duration DEFAULT_LEASE = Duration.ofSeconds(3);
    static final Duration MOST_LEASE = Duration.ofSeconds(60);
    static final String DEFAULT_PREFIX = "jumpvpn/";

    /** Whose word counts. */
    public enum Mode {
        /** This gateway's alone: in {@code state}, else in memory. */
        EMBEDDED,
        /** That of the gateway to which a session's id belongs. */
        STICKY,
        /** That of a store which all gateways share. */
        ETCD;

        /** As it stands in a file. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * How a store is known, and how it knows this gateway. PEM files.
     *
     * @param ca whom to trust
     * @param certificate of this gateway, with {@code key} or not at all
     */
    public record Tls(
            Path ca, @Nullable Path certificate, @Nullable Path key) {}

    /** As whom this gateway asks. */
    public record Login(String user, byte[] password) {
        /** Never shows the password. */
        @Override
        public String toString() {
            return "user " + user;
        }
    }

    /** What a file without the section says. */
    static Ownership embedded() {
        return new Ownership(Mode.EMBEDDED, List.of(), DEFAULT_LEASE, DEFAULT_PREFIX, null, null);
    }
}
