package jumpvpn.lab.netns;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Claims about where the session was, and how often it moved. */
final class PathJudge {
    private PathJudge() {}

    /** The binds that the client saw after the lab acted. */
    private static List<EventLine> binds(Evidence e) {
        return e.client().stream()
                .filter(event -> event.at().isAfter(e.cut())
                        && event.becomes("ATTACHED")
                        && event.reason().equals("REATTACH_ACCEPT"))
                .toList();
    }

    private static boolean isOn(EventLine bind, String protocol) {
        return bind.text("path").startsWith(protocol + "/");
    }

    private static String paths(List<EventLine> binds) {
        return binds.isEmpty()
                ? "never moved"
                : binds.stream().map(bind -> bind.text("path")).toList().toString();
    }

    /** It was bound on these protocols, one after the other. */
    static Check onProtocols(Evidence e, String... protocols) {
        List<EventLine> binds = binds(e);
        boolean ok = binds.size() == protocols.length;
        for (int i = 0; ok && i < protocols.length; i++) {
            ok = isOn(binds.get(i), protocols[i]);
        }
        return new Check("bound on " + String.join(", ", protocols), ok, paths(binds));
    }

    /** Its first bind was on this protocol. */
    static Check first(Evidence e, String protocol) {
        List<EventLine> binds = binds(e);
        return new Check("moved to " + protocol, !binds.isEmpty() && isOn(binds.getFirst(), protocol), paths(binds));
    }

    /** Its last bind was on one of these protocols, so long after the lab acted at most. */
    static Check backOn(Evidence e, Duration within, String... protocols) {
        List<EventLine> binds = binds(e);
        boolean ok = !binds.isEmpty()
                && List.of(protocols).stream().anyMatch(protocol -> isOn(binds.getLast(), protocol))
                && binds.getLast().at().isBefore(e.cut().plus(within));
        String detail = binds.isEmpty()
                ? "never moved"
                : "after %.1f s: %s".formatted(seconds(e, binds.getLast()), paths(binds));
        return new Check("back on " + String.join(" or ", protocols) + " in time", ok, detail);
    }

    static Check boundOn(Evidence e, Uplink uplink, Duration within) {
        List<EventLine> binds = binds(e);
        boolean ok = binds.stream()
                .anyMatch(bind -> bind.text("path").contains("/" + uplink.device + "/")
                        && bind.at().isBefore(e.cut().plus(within)));
        String detail = binds.isEmpty()
                ? "never moved"
                : "after %.1f s: %s".formatted(seconds(e, binds.getFirst()), paths(binds));
        return new Check("on uplink %s within %d s".formatted(uplink, within.toSeconds()), ok, detail);
    }

    private static double seconds(Evidence e, EventLine event) {
        Instant cut = e.cut();
        return Duration.between(cut, event.at()).toMillis() / 1000.0;
    }

    static Check switchesAtMost(Evidence e, int most) {
        List<EventLine> binds = binds(e);
        return new Check("at most %d switches".formatted(most), binds.size() <= most, paths(binds));
    }

    static Check lostAtMost(Evidence e, int most) {
        PingReport ping = e.traffic().ping();
        return new Check(
                "at most %d probes lost".formatted(most),
                ping.sent() > 0 && ping.lost() <= most,
                "%d of %d".formatted(ping.lost(), ping.sent()));
    }

    static Check downloadStallAtMost(Evidence e, double millis) {
        Download.Report download = e.traffic().download();
        double stall = download.longestStallMillis(); // between bytes: what never came is in none
        return new Check(
                "the download stands still for at most %.0f ms".formatted(millis),
                download.exitCode() == 0 && stall <= millis,
                "%.0f ms, curl exit %d".formatted(stall, download.exitCode()));
    }

    /** Neither end took anything for dead. */
    static Check noDeath(Evidence e) {
        List<String> deaths = Stream.concat(e.client().stream(), e.gateway().stream())
                .filter(event -> event.at().isAfter(e.cut()) && event.is("TRANSPORT_DEAD"))
                .map(event -> event.reason() + " " + event.text("path"))
                .toList();
        return new Check("no path is taken for dead", deaths.isEmpty(), deaths.isEmpty() ? "none" : deaths.toString());
    }

    /** What the scenario saw inside has this in a line, a regular expression. */
    static Check looked(Evidence e, String name, String expression) {
        List<String> found = e.looked()
                .lines()
                .filter(line -> Pattern.compile(expression).matcher(line).find())
                .toList();
        return new Check(
                name,
                !found.isEmpty(),
                found.isEmpty() ? e.looked().strip() : found.getFirst().strip());
    }

    static Check measuredAtMost(Evidence e, double millis) {
        return new Check(
                "first reply within %.0f ms".formatted(millis),
                e.measuredMillis() <= millis,
                "%.0f ms after the first probe".formatted(e.measuredMillis()));
    }

    static Check connectedWithin(Evidence e, double millis) {
        return new Check(
                "connected within %.0f ms".formatted(millis),
                e.measuredMillis() <= millis,
                "%.0f ms after its first path was there".formatted(e.measuredMillis()));
    }

    /** Its last bind was to the gateway's address of this family. */
    static Check onFamily(Evidence e, Family family) {
        List<EventLine> binds = binds(e);
        boolean ok = !binds.isEmpty() && binds.getLast().text("path").contains(">" + family.gateway + ":");
        return new Check("bound over " + family, ok, paths(binds));
    }

    /** On average one packet in so many seconds each way, and one more. */
    static Check packetsAtMost(Evidence e, Uplink uplink, Duration time, int seconds) {
        OuterLink link = uplink == Uplink.A ? e.wires().linkA() : e.wires().linkB();
        Instant end = e.cut().plus(time);
        long up = link.packets(true, e.cut(), end);
        long down = link.packets(false, e.cut(), end);
        long most = time.toSeconds() / seconds + 1;
        return new Check(
                "on %s at most one packet in %d s each way".formatted(uplink, seconds),
                up <= most && down <= most,
                "%d up, %d down in %d s".formatted(up, down, time.toSeconds()));
    }
}
