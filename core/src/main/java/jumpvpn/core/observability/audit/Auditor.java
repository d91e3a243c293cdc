package jumpvpn.core.observability.audit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntFunction;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * Judges what nodes said. Give it every line of every stream, those of one start of a node in their order, streams in any order or mixed; then ask for the
 * {@link #report}. Events are ordered by number within a stream and by {@code state_version} across streams, never by clock. What it keeps grows with sessions, binds
 * and owners, not with events. One thread.
 */
public final class Auditor {
    private static final int MOST_FINDINGS = 1000;
    private static final int LINE_BITS = 40;

    private final IntFunction<@Nullable Policy> policies;
    private final List<String> sources = new ArrayList<>();
    private final LinkedHashMap<SessionId, SessionAudit> sessions = new LinkedHashMap<>();
    private final LinkedHashMap<String, Speaker> speakers = new LinkedHashMap<>();
    private final TreeMap<Integer, @Nullable Policy> known = new TreeMap<>();
    private final TreeSet<Long> unknownPolicies = new TreeSet<>();
    private final Findings findings = new Findings(MOST_FINDINGS);
    private final List<String> remarks = new ArrayList<>();
    private long events;
    private long lastPlace;

    /** @param policies the policy with this version, for rule {@link Rule#SWITCHES}; null if its figures are not known */
    public Auditor(IntFunction<@Nullable Policy> policies) {
        this.policies = policies;
        source("");
    }

    /** Lines from here on are of this file. */
    public void source(String name) {
        sources.add(name);
    }

    /** A node's start; always the same object for the same two names. */
    public Speaker speaker(String node, String start) {
        return speakers.computeIfAbsent(node + '\n' + start, _ -> new Speaker(node, start));
    }

    /**
     * Takes a line.
     *
     * @param seq the number of the event; negative: it has none
     * @param line in the present file, from 1
     */
    public void take(Speaker speaker, long seq, Event event, long line) {
        long place = place(line);
        events++;
        lastPlace = place;
        if (!speaker.number(this, seq, event, place)) {
            return;
        }
        SessionId id = event.sessionId();
        if (speaker.role == null) {
            speaker.role = event.role();
        }
        String problem =
                speaker.role == event.role() ? Vocabulary.problem(event) : "the node is a " + speaker.role.label();
        if (problem != null) {
            violated(Rule.REASON, speaker, id, place, problem);
        } else if (id != null) {
            session(id).view(speaker, event.role()).take(event, place);
        } else if (event.type() == EventType.STATE_CHANGE) {
            nameless(speaker, event, place);
        }
    }

    /** A client's handshake that failed before there was a session. */
    private void nameless(Speaker speaker, Event event, long place) {
        SessionAudit nobody = new SessionAudit(this, null);
        nobody.view(speaker, Role.CLIENT).take(event, place);
        if (event.role() == Role.GATEWAY) {
            violated(Rule.REASON, speaker, null, place, "a gateway's session without an identifier");
        }
    }

    /** A line that ends too early, and so tells nothing. */
    public void torn(long line) {
        lastPlace = place(line);
        findings.add(finding(
                Verdict.INCOMPLETE, Rule.SCHEMA, "", null, lastPlace, "the line is cut off: one event is missing"));
    }

    /** A line that is no event. */
    public void malformed(long line, String what) {
        lastPlace = place(line);
        findings.add(finding(Verdict.VIOLATED, Rule.SCHEMA, "", null, lastPlace, what));
    }

    /** What a file's seals say of a line of it. */
    public void seal(Verdict verdict, String node, String source, long line, String what) {
        findings.add(new Finding(verdict, Rule.SEAL, null, node, source, line, what));
    }

    /** What else the report shall say. */
    public void remark(String remark) {
        remarks.add(remark);
    }

    private long place(long line) {
        return (long) (sources.size() - 1) << LINE_BITS | line;
    }

    /** As {@code file:line}. */
    String text(long place) {
        String source = sources.get((int) (place >>> LINE_BITS));
        return (source.isEmpty() ? "event " : source + ":") + line(place);
    }

    private static long line(long place) {
        return place & ((1L << LINE_BITS) - 1);
    }

    void violated(Rule rule, Speaker speaker, @Nullable SessionId session, long place, String what) {
        found(finding(Verdict.VIOLATED, rule, speaker.node, session, place, what));
    }

    void incomplete(Rule rule, Speaker speaker, @Nullable SessionId session, long place, String what) {
        found(finding(Verdict.INCOMPLETE, rule, speaker.node, session, place, what));
    }

    private void found(Finding finding) {
        SessionId id = finding.session();
        if (id == null) {
            findings.add(finding);
        } else {
            session(id).findings.add(finding);
        }
    }

    private Finding finding(
            Verdict verdict, Rule rule, String node, @Nullable SessionId session, long place, String what) {
        return new Finding(verdict, rule, session, node, sources.get((int) (place >>> LINE_BITS)), line(place), what);
    }

    private SessionAudit session(SessionId id) {
        return sessions.computeIfAbsent(id, _ -> new SessionAudit(this, id));
    }

    @Nullable
    Policy policy(int version) {
        Policy policy = known.computeIfAbsent(version, policies::apply);
        if (policy == null) {
            unknownPolicies.add(Integer.toUnsignedLong(version));
        }
        return policy;
    }

    /** The verdict over all that was taken. Nothing may be taken afterwards. */
    public Report report() {
        speakers.values().forEach(speaker -> speaker.end(this, lastPlace));
        Verdict verdict = Verdict.PROVEN;
        List<SessionReport> reports = new ArrayList<>(sessions.size());
        int again = 0;
        for (Map.Entry<SessionId, SessionAudit> session : sessions.entrySet()) {
            SessionReport report = session.getValue().report();
            reports.add(report);
            verdict = verdict.and(report.verdict());
            again += report.saidAgain();
        }
        if (events == 0) {
            findings.add(finding(Verdict.INCOMPLETE, Rule.SEQUENCE, "", null, lastPlace, "there are no events"));
        }
        return new Report(
                verdict.and(findings.worst()),
                events,
                speakers.size(),
                reports,
                findings.kept(),
                findings.found(),
                remarks(again));
    }

    private List<String> remarks(int again) {
        for (Long version : unknownPolicies) {
            remarks.add("policy " + version + " is not known, so " + Rule.SWITCHES + " was not checked under it");
        }
        if (again > 0) {
            remarks.add(again
                    + " binds were told by a later owner only: the gateway that made them was killed before it could"
                    + " say which gates they passed");
        }
        return List.copyOf(remarks);
    }
}
