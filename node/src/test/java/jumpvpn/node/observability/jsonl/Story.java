package jumpvpn.node.observability.jsonl;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.observability.audit.Report;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.session.SessionState;
import jumpvpn.core.session.StateVersion;
import org.jspecify.annotations.Nullable;

/**
 * The event files of a session's life, and what a forger does to them: born at gw1, it jumps twice, gw1 is killed and started again, gw2 takes the session over, the
 * operator ends it. Line n of a file is the nth of its list below.
 */
final class Story {
    static final String GW1 = "gw1.jsonl";
    static final String GW2 = "gw2.jsonl";
    static final String LAPTOP = "laptop.jsonl";

    /** Node/start, type, reason, version, states or "-", details; "2" before the type: of the second session. */
    private static final String[] GATEWAY_1 = {
        "gw1/a STATE_CHANGE HANDSHAKE_OK 1.0 BIRTH>ATTACHED client=laptop inner=[10.77.0.2/32]",
        "gw1/a VOLATILITY_SIGNAL LATENCY_SPIKE 1.0 -",
        "gw1/a STATE_CHANGE LATENCY_SPIKE 1.1 ATTACHED>VOLATILE",
        "gw1/a STATE_CHANGE HEALTH_RECOVERED 1.2 VOLATILE>ATTACHED",
        "gw1/a TRANSPORT_DEAD PEER_REPORTED 1.2 -",
        "gw1/a STATE_CHANGE PEER_REPORTED 1.3 ATTACHED>RECOVERING",
        "gw1/a REATTACH_REQUEST_RECEIVED PEER_REPORTED 1.3 - gates=[A,B,C,D,E,F]",
        "gw1/a TRANSPORT_SWITCH BOUND 2.0 -",
        "gw1/a STATE_CHANGE REATTACH_ACCEPT 2.0 RECOVERING>ATTACHED inner=[10.77.0.2/32]",
        "gw1/a REATTACH_ACK_SENT REATTACH_ACCEPT 2.0 -",
        "gw1/a STATE_CHANGE OPERATOR_JUMP 2.1 ATTACHED>RECOVERING",
        "gw1/a REATTACH_REQUEST_RECEIVED OPERATOR_JUMP 2.1 - gates=[A,B,C,D,E,F]",
        "gw1/a TRANSPORT_SWITCH BOUND 3.0 -",
        "gw1/a STATE_CHANGE REATTACH_ACCEPT 3.0 RECOVERING>ATTACHED inner=[10.77.0.2/32]",
        "gw1/a REATTACH_ACK_SENT REATTACH_ACCEPT 3.0 -",
        "gw1/a 0 SECURITY BAD_PROOF 0.0 - count=3",
        "gw1/a 2 STATE_CHANGE HANDSHAKE_OK 1.0 BIRTH>ATTACHED client=phone inner=[10.77.0.3/32]",
        "gw1/a 2 STATE_CHANGE PEER_CLOSED 1.1 ATTACHED>TERMINATED",
        "gw1/b STATE_CHANGE REATTACH_ACCEPT 3.0 RECOVERING>ATTACHED again=true inner=[10.77.0.2/32]",
        "gw1/b STATE_CHANGE GATEWAY_RESTARTED 3.2147483648 ATTACHED>RECOVERING",
        "gw1/b REATTACH_REQUEST_RECEIVED PEER_REPORTED 3.2147483648 - gates=[A,B,C,D,E,F]",
        "gw1/b TRANSPORT_SWITCH BOUND 4.0 -",
        "gw1/b STATE_CHANGE REATTACH_ACCEPT 4.0 RECOVERING>ATTACHED",
        "gw1/b REATTACH_ACK_SENT REATTACH_ACCEPT 4.0 -",
        "gw1/b STATE_CHANGE HEARTBEAT_MISSED 4.1 ATTACHED>VOLATILE",
        "gw1/b OWNERSHIP_CHANGE LEASE_LOST 4.1 -",
    };

    private static final String[] GATEWAY_2 = {
        "gw2/c STATE_CHANGE REATTACH_ACCEPT 4.0 RECOVERING>ATTACHED again=true",
        "gw2/c TRANSPORT_DEAD PEER_REPORTED 4.0 -",
        "gw2/c STATE_CHANGE PEER_REPORTED 4.2147483648 ATTACHED>RECOVERING",
        "gw2/c REATTACH_REQUEST_RECEIVED PEER_REPORTED 4.2147483648 - gates=[A,B,C,D]",
        "gw2/c REATTACH_REJECT STORE_UNAVAILABLE 4.2147483648 -",
        "gw2/c REATTACH_REQUEST_RECEIVED PEER_REPORTED 4.2147483648 - gates=[A,B,C,D,E,F]",
        "gw2/c TRANSPORT_SWITCH BOUND 5.0 -",
        "gw2/c STATE_CHANGE REATTACH_ACCEPT 5.0 RECOVERING>ATTACHED",
        "gw2/c REATTACH_ACK_SENT REATTACH_ACCEPT 5.0 -",
        "gw2/c STATE_CHANGE OPERATOR_TERMINATE 5.1 ATTACHED>TERMINATED",
        "gw2/c REATTACH_REJECT SESSION_NOT_FOUND 0.0 - count=1",
    };

    private static final String[] CLIENT = {
        "laptop/x 0 CANDIDATE CANDIDATE_UP 0.0 -",
        "laptop/x STATE_CHANGE HANDSHAKE_OK 1.0 BIRTH>ATTACHED inner=[10.77.0.2/32]",
        "laptop/x TRANSPORT_DEAD LINK_DOWN 1.0 -",
        "laptop/x STATE_CHANGE TRANSPORT_DEAD 1.0 ATTACHED>RECOVERING",
        "laptop/x REATTACH_REQUEST_SENT TRANSPORT_DEAD 1.0 -",
        "laptop/x TRANSPORT_SWITCH CANDIDATE_SELECTED 1.0 -",
        "laptop/x REATTACH_ACK_RECEIVED REATTACH_ACCEPT 2.0 -",
        "laptop/x STATE_CHANGE REATTACH_ACCEPT 2.0 RECOVERING>ATTACHED",
        "laptop/x STATE_CHANGE OPERATOR_JUMP 2.0 ATTACHED>RECOVERING",
        "laptop/x REATTACH_ACK_RECEIVED REATTACH_ACCEPT 3.0 -",
        "laptop/x STATE_CHANGE REATTACH_ACCEPT 3.0 RECOVERING>ATTACHED",
        "laptop/x TRANSPORT_DEAD NO_DELIVERY_WINDOW 3.0 -",
        "laptop/x STATE_CHANGE TRANSPORT_DEAD 3.0 ATTACHED>RECOVERING",
        "laptop/x REATTACH_ACK_RECEIVED REATTACH_ACCEPT 4.0 -",
        "laptop/x STATE_CHANGE REATTACH_ACCEPT 4.0 RECOVERING>ATTACHED",
        "laptop/x TRANSPORT_DEAD NO_DELIVERY_WINDOW 4.1 -",
        "laptop/x STATE_CHANGE TRANSPORT_DEAD 4.1 ATTACHED>RECOVERING",
        "laptop/x REATTACH_ACK_RECEIVED REATTACH_ACCEPT 5.0 -",
        "laptop/x STATE_CHANGE REATTACH_ACCEPT 5.0 RECOVERING>ATTACHED",
        "laptop/x STATE_CHANGE OPERATOR_TERMINATE 5.0 ATTACHED>TERMINATED",
    };

    private static final Pattern SEQ = Pattern.compile("\"seq\":\\d+,\"node\":\"([^\"]*)\"(.*)\"start\":\"([^\"]*)\"");

    private final Map<String, List<String>> files = new LinkedHashMap<>();

    Story() {
        files.put(GW1, lines(GATEWAY_1));
        files.put(GW2, lines(GATEWAY_2));
        files.put(LAPTOP, lines(CLIENT));
    }

    private static List<String> lines(String[] told) {
        List<String> lines = new ArrayList<>();
        for (String line : told) {
            lines.add(line(line, lines.size()));
        }
        return renumbered(lines);
    }

    /** One second passes with every line. */
    private static String line(String told, int seconds) {
        List<String> words = new ArrayList<>(Arrays.asList(told.split(" ")));
        String[] who = words.removeFirst().split("/");
        int session = Character.isDigit(words.getFirst().charAt(0)) ? Integer.parseInt(words.removeFirst()) : 1;
        String[] version = words.get(2).split("\\.");
        String[] states = words.get(3).split(">");
        boolean row = states.length == 2;
        List<Event.Detail> details = new ArrayList<>();
        words.subList(4, words.size()).forEach(word -> details.add(detail(word)));
        Event event = new Event(
                1_000_000_000L * seconds,
                EventType.valueOf(words.get(0)),
                ReasonCode.valueOf(words.get(1)),
                who[0].startsWith("gw") ? Role.GATEWAY : Role.CLIENT,
                session == 0 ? null : new SessionId(session, session),
                StateVersion.of(Integer.parseInt(version[0]), Integer.parseUnsignedInt(version[1])),
                row ? SessionState.valueOf(states[0]) : null,
                row ? SessionState.valueOf(states[1]) : null,
                "udp/wifi0/é\"/10.1.0.2>198.51.100.1:4500",
                session == 0 || version[0].equals("0") ? 0 : Policy.DEFAULT.version(),
                details);
        return new EventJson(who[0], who[1]).line(event, 0, 1_800_000_000_000L + 1000L * seconds);
    }

    private static Event.Detail detail(String word) {
        String[] parts = word.split("=");
        Object value = parts[1].startsWith("[")
                ? Arrays.asList(parts[1].substring(1, parts[1].length() - 1).split(","))
                : parts[1].equals("true") ? true : parts[1].matches("\\d+") ? Long.valueOf(parts[1]) : parts[1];
        return new Event.Detail(parts[0], value);
    }

    /** As a node would have numbered these lines. */
    private static List<String> renumbered(List<String> lines) {
        Map<String, Integer> next = new TreeMap<>();
        List<String> numbered = new ArrayList<>();
        for (String line : lines) {
            Matcher seq = SEQ.matcher(line);
            numbered.add(
                    seq.find()
                            ? seq.replaceFirst(Matcher.quoteReplacement("\"seq\":"
                                    + (next.merge(seq.group(1) + seq.group(3), 1, Integer::sum) - 1) + ",\"node\":\""
                                    + seq.group(1) + "\"" + seq.group(2) + "\"start\":\"" + seq.group(3) + "\""))
                            : line);
        }
        return numbered;
    }

    /** Without a line. */
    Story without(String file, int line) {
        files.get(file).remove(line - 1);
        return this;
    }

    /** Without a file. */
    Story without(String file) {
        files.remove(file);
        return this;
    }

    /** With a line of the file once more, before another one. */
    Story again(String file, int line, int before) {
        files.get(file).add(before - 1, files.get(file).get(line - 1));
        return this;
    }

    /** Two neighbours exchanged. */
    Story exchanged(String file, int line) {
        List<String> lines = files.get(file);
        lines.add(line - 1, lines.remove(line));
        return this;
    }

    /** With something changed in a line. */
    Story with(String file, int line, String text, String instead) {
        return changed(file, line, said -> {
            if (!said.contains(text)) {
                throw new IllegalArgumentException(text + " is not in " + said);
            }
            return said.replace(text, instead);
        });
    }

    Story changed(String file, int line, UnaryOperator<String> change) {
        files.get(file).set(line - 1, change.apply(files.get(file).get(line - 1)));
        return this;
    }

    /** With a line that was never said, before another one. */
    Story forged(String file, int before, String told) {
        files.get(file).add(before - 1, line(told, before));
        return this;
    }

    /** The forger sees to it that the numbers are right. */
    Story renumbered(String file) {
        files.put(file, renumbered(files.get(file)));
        return this;
    }

    /** A file cut in two between the lines, the later part first, as a careless glob gives them. */
    Story rotated(String file, int lines) {
        List<String> all = files.remove(file);
        files.put(file, new ArrayList<>(all.subList(lines, all.size())));
        files.put(file + ".1", new ArrayList<>(all.subList(0, lines)));
        return this;
    }

    List<Path> write(Path folder) throws IOException {
        List<Path> written = new ArrayList<>();
        for (Map.Entry<String, List<String>> file : files.entrySet()) {
            String text = String.join("\n", file.getValue());
            written.add(Files.writeString(
                    folder.resolve(file.getKey()),
                    text.isEmpty() || text.endsWith("…") ? text.replace("…", "") : text + "\n"));
        }
        return written;
    }

    Report audit(Path folder) throws IOException {
        return EventFiles.audit(write(folder), version -> known(version));
    }

    /** What a node says that has lost an event. */
    static Event lost() {
        return new Event(
                0,
                EventType.EVENTS_DROPPED,
                ReasonCode.BUFFER_FULL,
                Role.GATEWAY,
                null,
                StateVersion.BIRTH,
                null,
                null,
                null,
                0,
                List.of(new Event.Detail("count", 1L)));
    }

    private static @Nullable Policy known(int version) {
        return version == Policy.DEFAULT.version() ? Policy.DEFAULT : null;
    }
}
