package jumpvpn.lab.netns;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The claims that scenarios make, each a function of the evidence alone. */
final class Judge {
    /** Reasons of a gateway's row into RECOVERING when a path died: its own notice or the client's word. */
    private static final Set<String> DEATH = Set.of("TRANSPORT_DEAD", "PEER_REPORTED");

    private static final String GATES = "ABCDEF";
    /** Names of the counters for a packet that was changed or repeated on its way. */
    private static final Predicate<String> REFUSAL =
            Pattern.compile("bad_?tag|replayed", Pattern.CASE_INSENSITIVE).asPredicate();

    private record Step(String name, Predicate<EventLine> matches) {}

    private Judge() {}

    static Check outageAtMost(Evidence e, double millis) {
        PingReport ping = e.traffic().ping();
        String detail = "%.1f ms without a reply, %d of %d probes lost, %.0f probes/s"
                .formatted(ping.outageMillis(), ping.lost(), ping.sent(), ping.perSecond());
        return new Check(
                "outage at most %.0f ms".formatted(millis), ping.sent() > 0 && ping.outageMillis() <= millis, detail);
    }

    static Check noProbeLost(Evidence e, int atLeastSent) {
        PingReport ping = e.traffic().ping();
        String detail = "%d of %d lost at %.0f/s, longest gap %.1f ms"
                .formatted(ping.lost(), ping.sent(), ping.perSecond(), ping.outageMillis());
        detail += "; dropped by the client: [%s], by the gateway: [%s]"
                .formatted(
                        Evidence.dropped(e.before().client(), e.after().client()),
                        Evidence.dropped(e.before().gateway(), e.after().gateway()));
        return new Check("no probe lost", ping.sent() >= atLeastSent && ping.lost() == 0, detail);
    }

    /** Else the losses could be the lab's own. */
    static Check emulatorKeptUp(Evidence e) {
        long overloaded = e.wires().overloaded();
        return new Check("the link emulator kept up", overloaded == 0, overloaded + " frames too many");
    }

    /** What the emulator damaged is lost, nothing else. */
    static Check lossAtMost(Evidence e, int probes) {
        PingReport ping = e.traffic().ping();
        String detail = "%d of %d lost, %d packets damaged or repeated"
                .formatted(ping.lost(), ping.sent(), e.wires().injected());
        return new Check(
                "nothing lost but the damaged packets",
                ping.sent() > 0 && ping.lost() <= probes && ping.duplicates() == 0,
                detail);
    }

    /** One outage a kill, none longer. */
    static Check restartOutages(Evidence e, double millis) {
        List<Double> outages = e.traffic().ping().outagesMillis();
        List<Double> sorted = outages.stream().sorted().toList();
        String detail = sorted.isEmpty()
                ? "none"
                : "%d, median %.0f ms, worst %.0f ms; %d of %d probes lost"
                        .formatted(
                                sorted.size(),
                                sorted.get(sorted.size() / 2),
                                sorted.getLast(),
                                e.traffic().ping().lost(),
                                e.traffic().ping().sent());
        boolean ok = outages.size() == e.kills() && sorted.getLast() <= millis;
        return new Check("%d outage(s) of at most %.0f ms".formatted(e.kills(), millis), ok, detail);
    }

    /** The session left its binding by GATEWAY_RESTARTED and was bound again, once a kill; the client saw the same. */
    static Check restarted(Evidence e) {
        long rows = count(e.gateway(), e, "RECOVERING", "GATEWAY_RESTARTED");
        long binds = count(e.gateway(), e, "ATTACHED", "REATTACH_ACCEPT");
        long atClient = count(e.client(), e, "ATTACHED", "REATTACH_ACCEPT");
        String detail = "gateway: %d restarted, %d bound; client: %d bound".formatted(rows, binds, atClient);
        return new Check(
                "bound again after every kill", rows == e.kills() && binds >= rows && atClient == binds, detail);
    }

    private static long count(List<EventLine> events, Evidence e, String to, String reason) {
        return own(events, e).stream()
                .filter(event -> event.becomes(to)
                        && event.reason().equals(reason)
                        && event.text("again").isEmpty())
                .count();
    }

    static Check nothingBound(Evidence e) {
        List<String> moved = e.gateway().stream()
                .filter(event -> event.at().isAfter(e.cut()) && event.is("TRANSPORT_SWITCH"))
                .map(event -> event.reason() + " " + event.text("path"))
                .toList();
        return new Check(
                "nothing is bound or moved", moved.isEmpty(), moved.isEmpty() ? "no switch" : moved.toString());
    }

    static Check epochsMoved(Evidence e, int epochs) {
        boolean ok = number(e.after().client().get("epoch"))
                == number(e.before().client().get("epoch")) + epochs;
        return new Check("only the jumps moved the epoch", ok, e.before("epoch") + " -> " + e.after("epoch"));
    }

    /** That answers are asked for from addresses that they never went to is said, when the requests are young and when they are old. */
    static Check replaysReported(Evidence e) {
        long said = e.gateway().stream()
                .filter(event -> event.at().isAfter(e.cut()) && event.is("SECURITY", "ANSWER_REPEATED"))
                .count();
        return new Check("the replays are in the gateway's events", said >= 2, said + " times ANSWER_REPEATED");
    }

    static Check downloadWhole(Evidence e) {
        Download.Report download = e.traffic().download();
        String detail = "%d of %d bytes, curl exit %d, longest stall %.0f ms"
                .formatted(
                        download.bytes(), download.expectedBytes(), download.exitCode(), download.longestStallMillis());
        return new Check(
                "download whole, checksum right", download.exitCode() == 0 && download.checksumRight(), detail);
    }

    static Check connectionAlive(Evidence e) {
        return new Check(
                "quiet TCP connection alive",
                e.traffic().connectionAlive(),
                e.traffic().connectionAlive() ? "echoed after the cut" : "no echo within 10 s");
    }

    static Check attached(Evidence e) {
        String state = e.after("state");
        return new Check("attached at the end", state.equals("ATTACHED"), state.isEmpty() ? "no status" : state);
    }

    static Check sameSession(Evidence e) {
        return unchanged("same session_id", e, "session_id");
    }

    static Check sameInnerAddress(Evidence e) {
        return unchanged("same inner address", e, "inner_address");
    }

    static Check sameEpoch(Evidence e) {
        return unchanged("same epoch", e, "epoch");
    }

    private static Check unchanged(String name, Evidence e, String field) {
        String before = e.before(field);
        String after = e.after(field);
        return new Check(name, !before.isEmpty() && before.equals(after), before + " -> " + after);
    }

    static Check newSession(Evidence e) {
        String before = e.before("session_id");
        String after = e.after("session_id");
        return new Check(
                "a new session",
                !before.isEmpty() && !after.isEmpty() && !before.equals(after),
                before + " -> " + after);
    }

    /** The new epoch's path is over uplink B. */
    static Check onOtherUplink(Evidence e) {
        String path = e.after("path");
        boolean later = number(e.after().client().get("epoch"))
                > number(e.before().client().get("epoch"));
        String detail = "epoch %s -> %s, %s".formatted(e.before("epoch"), e.after("epoch"), path);
        return new Check(
                "moved to uplink B in a later epoch", later && path.contains("/" + Uplink.B.device + "/"), detail);
    }

    /** The client's events t0, t3 .. t8 of the seed's timeline, in that order. */
    static Check clientOrder(Evidence e, boolean pathDied) {
        List<Step> steps = new ArrayList<>();
        steps.add(new Step("t0 ATTACHED", event -> event.becomes("ATTACHED")));
        if (pathDied) {
            steps.add(new Step("t3 TRANSPORT_DEAD", event -> event.is("TRANSPORT_DEAD")));
        }
        steps.add(new Step("t4 RECOVERING", event -> event.becomes("RECOVERING")));
        steps.add(new Step("t5 REATTACH_REQUEST_SENT", event -> event.is("REATTACH_REQUEST_SENT")));
        steps.add(new Step("t6 CANDIDATE_SELECTED", event -> event.is("TRANSPORT_SWITCH", "CANDIDATE_SELECTED")));
        steps.add(new Step("t7 REATTACH_ACK_RECEIVED", event -> event.is("REATTACH_ACK_RECEIVED")));
        steps.add(new Step(
                "t8 ATTACHED",
                event -> event.becomes("ATTACHED") && event.reason().equals("REATTACH_ACCEPT")));
        return order("client's events in the seed's order", own(e.client(), e), steps);
    }

    /** The gateway's rows and its answer, in order. */
    static Check gatewayOrder(Evidence e, boolean pathDied) {
        Step left = pathDied
                ? new Step(
                        "RECOVERING (path dead)",
                        event -> event.becomes("RECOVERING") && DEATH.contains(event.reason()))
                : new Step(
                        "RECOVERING (OPERATOR_JUMP)",
                        event -> event.becomes("RECOVERING") && event.reason().equals("OPERATOR_JUMP"));
        return order(
                "gateway's events in order",
                own(e.gateway(), e),
                List.of(
                        new Step(
                                "ATTACHED (HANDSHAKE_OK)",
                                event -> event.becomes("ATTACHED")
                                        && event.reason().equals("HANDSHAKE_OK")),
                        left,
                        new Step(
                                "ATTACHED (REATTACH_ACCEPT)",
                                event -> event.becomes("ATTACHED")
                                        && event.reason().equals("REATTACH_ACCEPT")),
                        new Step("REATTACH_ACK_SENT", event -> event.is("REATTACH_ACK_SENT"))));
    }

    static Check gatewayBound(Evidence e) {
        return order(
                "gateway received, bound, answered",
                own(e.gateway(), e),
                List.of(
                        new Step("REATTACH_REQUEST_RECEIVED", event -> event.is("REATTACH_REQUEST_RECEIVED")),
                        new Step("TRANSPORT_SWITCH(BOUND)", event -> event.is("TRANSPORT_SWITCH", "BOUND")),
                        new Step("REATTACH_ACK_SENT", event -> event.is("REATTACH_ACK_SENT"))));
    }

    static Check gatesPassed(Evidence e) {
        String seen = own(e.gateway(), e).stream()
                .map(event -> event.text("gates"))
                .filter(gates -> !gates.isEmpty())
                .findFirst()
                .orElse("");
        boolean all = GATES.chars().allMatch(gate -> seen.indexOf(gate) >= 0);
        return new Check("gates A to F passed", all, seen.isEmpty() ? "no event names gates" : seen);
    }

    private static List<EventLine> own(List<EventLine> events, Evidence e) {
        String session = e.before("session_id");
        return events.stream()
                .filter(event -> event.sessionId().equals(session))
                .toList();
    }

    private static Check order(String name, List<EventLine> events, List<Step> steps) {
        int done = 0;
        for (EventLine event : events) {
            if (done < steps.size() && steps.get(done).matches().test(event)) {
                done++;
            }
        }
        String last = done == 0 ? "the start" : steps.get(done - 1).name();
        String detail =
                done == steps.size() ? done + " steps" : "no " + steps.get(done).name() + " after " + last;
        return new Check(name, done == steps.size(), detail);
    }

    /** Health may come and go; nothing else changed after the lab acted. */
    static Check bindingKept(Evidence e) {
        List<String> rows = new ArrayList<>();
        for (List<EventLine> events : List.of(e.client(), e.gateway())) {
            events.stream()
                    .filter(event -> event.at().isAfter(e.cut()))
                    .filter(event -> event.becomes("RECOVERING") || event.becomes("TERMINATED"))
                    .forEach(event -> rows.add(event.role() + ": " + event.to() + " " + event.reason()));
        }
        return new Check(
                "the binding is kept", rows.isEmpty(), rows.isEmpty() ? "no row leaves it" : String.join(", ", rows));
    }

    /** Some event of that end, for the session before, is a termination with that reason (any reason if empty). */
    static Check terminated(Evidence e, List<EventLine> events, String reason) {
        List<String> reasons = own(events, e).stream()
                .filter(event -> event.becomes("TERMINATED"))
                .map(EventLine::reason)
                .toList();
        boolean ok = reasons.stream().anyMatch(given -> reason.isEmpty() ? !given.isEmpty() : given.equals(reason));
        return new Check(
                "the old session ends explicitly" + (reason.isEmpty() ? "" : " (" + reason + ")"),
                ok,
                reasons.toString());
    }

    /** Events of that end say that the new session is attached. */
    static Check announced(Evidence e, List<EventLine> events) {
        String session = e.after("session_id");
        boolean ok = events.stream().anyMatch(event -> event.sessionId().equals(session) && event.becomes("ATTACHED"));
        return new Check("the new session is in the events", ok, session);
    }

    static Check freshWireIdentifiers(Evidence e) {
        Set<String> common = OuterLink.common(e.wires().linkA(), e.wires().linkB());
        boolean ok = common.isEmpty()
                && !e.wires().linkA().wireIds.isEmpty()
                && !e.wires().linkB().wireIds.isEmpty();
        String detail = "A %s, B %s, on both %s"
                .formatted(e.wires().linkA().wireIds, e.wires().linkB().wireIds, common);
        return new Check("fresh wire identifiers after the jump", ok, detail);
    }

    static Check noNonceRepeated(Evidence e) {
        int repeats = e.wires().linkA().nonceRepeats + e.wires().linkB().nonceRepeats;
        return new Check("no counter used twice on one identifier", repeats == 0, repeats + " repeats");
    }

    /** The client's first sealed packet on B follows a reattach request and its answer: nothing just followed the kernel's route. */
    static Check reattachedFirst(Evidence e) {
        OuterLink link = e.wires().linkB();
        Instant request = link.first(true, OuterLink.REATTACH_REQUEST);
        Instant answer = link.first(false, OuterLink.REATTACH_ANSWER);
        Instant data = earlier(link.first(true, OuterLink.DATA), link.first(true, OuterLink.CONTROL));
        boolean ok =
                request != null && answer != null && data != null && request.isBefore(answer) && !data.isBefore(answer);
        return new Check(
                "on B a reattach came before data",
                ok,
                "request %s, answer %s, data %s".formatted(request, answer, data));
    }

    private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
        return one == null || (other != null && other.isBefore(one)) ? other : one;
    }

    static Check markerHidden(Evidence e) {
        int outside = e.wires().linkA().markers + e.wires().linkB().markers;
        String detail = "%d of %d frames outside, %d inside"
                .formatted(
                        outside,
                        e.wires().linkA().frames + e.wires().linkB().frames,
                        e.wires().insideMarkers());
        return new Check(
                "the marker never shows on the outer links",
                outside == 0 && e.wires().insideMarkers() > 0,
                detail);
    }

    static Check nothingElseOutside(Evidence e) {
        List<String> strangers = new ArrayList<>(e.wires().linkA().strangers);
        strangers.addAll(e.wires().linkB().strangers);
        return new Check(
                "only the tunnel on the outer links",
                strangers.isEmpty(),
                strangers.isEmpty() ? "nothing else" : strangers.toString());
    }

    private static double number(@Nullable Object value) {
        return value instanceof Number number ? number.doubleValue() : Double.NaN;
    }

    /** Counters of both ends whose name says that a packet was refused grew by at least what the emulator injected. */
    static Check counted(Evidence e) {
        double before = refusals(e.before().client()) + refusals(e.before().gateway());
        double after = refusals(e.after().client()) + refusals(e.after().gateway());
        String detail = "%.0f more refused, %d injected"
                .formatted(after - before, e.wires().injected());
        return new Check(
                "refused packets are counted",
                e.wires().injected() > 0 && after - before >= e.wires().injected(),
                detail);
    }

    private static double refusals(@Nullable Object value) {
        double sum = 0;
        if (value instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                boolean counter = entry.getValue() instanceof Number
                        && REFUSAL.test(entry.getKey().toString());
                sum += counter ? number(entry.getValue()) : refusals(entry.getValue());
            }
        } else if (value instanceof List<?> list) {
            for (Object element : list) {
                sum += refusals(element);
            }
        }
        return sum;
    }
}
