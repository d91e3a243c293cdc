package jumpvpn.node.dashboard;

import java.util.Locale;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.session.SessionState;
import jumpvpn.node.observability.jsonl.JsonWriter;
import jumpvpn.node.runtime.PathStatus;
import jumpvpn.node.runtime.SessionStatus;

/**
 * A session as the page lists it. Immutable; a row that did not change is the same object.
 *
 * @param path empty without one
 * @param rttMillis NaN while unknown
 * @param loss 0..1, NaN while unknown
 * @param sinceMillis wall clock of the last transition
 * @param receivedPerSecond bytes, between the last two looks
 * @param lookedMillis wall clock of the look that brought its figures
 * @param change the board's count when an event changed it last
 */
record SessionRow(
        String id,
        String client,
        String gateway,
        SessionState state,
        String version,
        String reason,
        String path,
        String inner,
        double rttMillis,
        double loss,
        long sinceMillis,
        long sentBytes,
        long receivedBytes,
        double sentPerSecond,
        double receivedPerSecond,
        long lookedMillis,
        long change,
        Band band) {

    /** Of a session that an event speaks of first. */
    static SessionRow born(Seen event, String id, SessionState state, long change) {
        boolean isClient = event.fields().text("role").orElse("").equals("client");
        String node = event.fields().text("node").orElse("");
        return new SessionRow(
                id,
                isClient ? node : event.fields().text("client").orElse(""),
                isClient ? "" : node,
                state,
                event.version(),
                event.reason(),
                path(event, ""),
                "",
                Double.NaN,
                Double.NaN,
                event.millis(),
                0,
                0,
                0,
                0,
                0,
                change,
                Band.EMPTY.with(event.millis(), state));
    }

    /** After a row of the state machine. */
    SessionRow after(Seen event, SessionState to, long now) {
        return new SessionRow(
                id,
                client,
                gateway,
                to,
                event.version(),
                event.reason(),
                path(event, path),
                inner,
                rttMillis,
                loss,
                event.millis(),
                sentBytes,
                receivedBytes,
                sentPerSecond,
                receivedPerSecond,
                lookedMillis,
                now,
                band.with(event.millis(), to));
    }

    /** A gateway's events say {@code udp/from/REMOTE} of what its status calls {@code udp/REMOTE}. */
    private static String path(Seen event, String otherwise) {
        String path = event.path();
        return path == null ? otherwise : path.replaceFirst("/from/", "/");
    }

    /**
     * What a look at the node says of a session that no event has changed since that look began.
     *
     * @param lastMillis wall clock of the last look that said so, though the row may be older if nothing was new; 0: this is the first
     */
    static SessionRow of(SessionStatus status, String id, SessionRow before, long lastMillis, long nowMillis) {
        PathStatus path = status.path();
        String reason = status.reason() == null ? "" : status.reason().name();
        boolean isSame = before.state == status.state() && !before.band.isEmpty();
        return new SessionRow(
                id,
                status.client(),
                status.gateway(),
                status.state(),
                status.stateVersion().toString(),
                reason,
                path == null ? "" : path.id(),
                String.join(
                        " ",
                        status.innerAddresses().stream()
                                .map(IpAddress::toString)
                                .toList()),
                round(status.rttMillis(), 10),
                round(status.loss(), 1000),
                isSame && Math.abs(before.sinceMillis - status.sinceMillis()) < 1000
                        ? before.sinceMillis
                        : status.sinceMillis(),
                status.txBytes(),
                status.rxBytes(),
                rate(status.txBytes() - before.sentBytes, lastMillis, nowMillis),
                rate(status.rxBytes() - before.receivedBytes, lastMillis, nowMillis),
                nowMillis,
                before.change,
                isSame ? before.band : before.band.with(status.sinceMillis(), status.state()));
    }

    /** Before anything is known of it. */
    static SessionRow unknown(String id) {
        return new SessionRow(
                id,
                "",
                "",
                SessionState.BIRTH,
                "",
                "",
                "",
                "",
                Double.NaN,
                Double.NaN,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                Band.EMPTY);
    }

    private static double round(double value, int parts) {
        return Double.isFinite(value) ? (double) Math.round(value * parts) / parts : Double.NaN;
    }

    private static double rate(long bytes, long fromMillis, long toMillis) {
        return fromMillis == 0 || toMillis <= fromMillis || bytes < 0
                ? 0
                : Math.round(bytes * 1000.0 / (toMillis - fromMillis));
    }

    /** Whether its page would look the same. */
    boolean looksLike(SessionRow other) {
        return id.equals(other.id)
                && client.equals(other.client)
                && gateway.equals(other.gateway)
                && state == other.state
                && version.equals(other.version)
                && reason.equals(other.reason)
                && path.equals(other.path)
                && inner.equals(other.inner)
                && Double.compare(rttMillis, other.rttMillis) == 0
                && Double.compare(loss, other.loss) == 0
                && sinceMillis == other.sinceMillis
                && sentBytes == other.sentBytes
                && receivedBytes == other.receivedBytes
                && sentPerSecond == other.sentPerSecond
                && receivedPerSecond == other.receivedPerSecond
                && band == other.band;
    }

    /** Whether one of its texts holds the word, which is in lower case. */
    boolean mentions(String word) {
        return holds(client, word)
                || holds(id, word)
                || holds(path, word)
                || holds(inner, word)
                || holds(gateway, word)
                || holds(reason, word);
    }

    private static boolean holds(String text, String word) {
        return text.toLowerCase(Locale.ROOT).contains(word);
    }

    void write(JsonWriter json) {
        json.beginObject()
                .field("id", id)
                .field("client", client)
                .field("gateway", gateway)
                .field("state", state.name())
                .field("version", version)
                .field("reason", reason)
                .field("path", path)
                .field("inner", inner)
                .field("rtt_ms", rttMillis)
                .field("loss", loss)
                .field("since_ms", sinceMillis)
                .field("tx_bytes", sentBytes)
                .field("rx_bytes", receivedBytes)
                .field("tx_rate", sentPerSecond)
                .field("rx_rate", receivedPerSecond)
                .name("band");
        band.write(json);
        json.endObject();
    }
}
