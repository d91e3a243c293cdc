package jumpvpn.node.ownership.etcd;

import io.grpc.Status;
import java.util.Objects;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import jumpvpn.core.ownership.SessionTable.Outcome;
import org.jspecify.annotations.Nullable;

/** What a failed call means. */
final class Failures {
    private static final int MOST_CAUSES = 16;

    private Failures() {}

    /** Whether another member may do better. */
    static boolean isOfMember(Status status) {
        return switch (status.getCode()) {
            case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED, UNKNOWN, INTERNAL, ABORTED -> true;
            default -> false;
        };
    }

    /** What became of the writes of such a call: etcd says before it writes that it may not or can't, all else proves nothing. */
    static Outcome outcome(Status status) {
        return switch (status.getCode()) {
            case INVALID_ARGUMENT,
                    FAILED_PRECONDITION,
                    NOT_FOUND,
                    PERMISSION_DENIED,
                    UNAUTHENTICATED,
                    RESOURCE_EXHAUSTED,
                    UNIMPLEMENTED -> Outcome.UNAVAILABLE;
            default -> Outcome.UNKNOWN;
        };
    }

    /** Whether both ends could not agree on TLS: time alone mends nothing. */
    static boolean isOfTls(Status status) {
        return Stream.<Throwable>iterate(status.getCause(), Objects::nonNull, Throwable::getCause)
                .limit(MOST_CAUSES)
                .anyMatch(SSLException.class::isInstance);
    }

    /** In words, with what to do next. */
    static String text(Status status) {
        Throwable cause = status.getCause();
        String said = status.getCode()
                + firstLine(": ", status.getDescription())
                + firstLine(": ", cause == null ? null : cause.getMessage());
        if (isOfTls(status)) {
            return said
                    + "; see that ca, certificate and key are right, and that etcd's certificate names the endpoint";
        }
        return said + "; "
                + switch (status.getCode()) {
                    case UNAUTHENTICATED, PERMISSION_DENIED ->
                        "give user and password of somebody who may read and write all keys below the prefix";
                    case RESOURCE_EXHAUSTED ->
                        "etcd is full or overloaded: compact and defragment it, or raise its quota";
                    default -> "see that etcd runs and has a leader, and that the endpoints are right";
                };
    }

    private static String firstLine(String before, @Nullable String text) {
        return text == null ? "" : before + text.lines().findFirst().orElse("");
    }
}
