package jumpvpn.lab.netns;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that one run has seen; verdicts are computed from nothing else.
 *
 * @param cut when the lab acted
 * @param before the client's status before
 * @param after the client's status at the end; empty if it did not answer
 * @param gatewayBefore the gateway's status before
 * @param gatewayAfter the gateway's status at the end; empty if it did not answer
 * @param ping the probes
 * @param download the file
 * @param echoAlive the quiet TCP connection still echoed at the end
 * @param client the client's events
 * @param gateway the gateway's events
 * @param linkA what passed uplink A
 * @param linkB what passed uplink B
 * @param insideMarkers frames with the marker inside, behind the gateway: the proof that it can be found at all
 * @param injected data packets that the emulator damaged or repeated
 */
record Evidence(
        Instant cut,
        Map<String, @Nullable Object> before,
        Map<String, @Nullable Object> after,
        Map<String, @Nullable Object> gatewayBefore,
        Map<String, @Nullable Object> gatewayAfter,
        PingReport ping,
        Download.Report download,
        boolean echoAlive,
        List<EventLine> client,
        List<EventLine> gateway,
        OuterLink linkA,
        OuterLink linkB,
        int insideMarkers,
        int injected) {

    /** A field of a status as text; empty if absent. */
    static String text(Map<String, @Nullable Object> status, String name) {
        Object value = status.get(name);
        return value == null ? "" : value instanceof String text ? text : Json.write(value);
    }
}
