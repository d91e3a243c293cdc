package jumpvpn.node.observability.jsonl;

import static jumpvpn.core.observability.audit.Verdict.INCOMPLETE;
import static jumpvpn.core.observability.audit.Verdict.VIOLATED;
import static jumpvpn.node.observability.jsonl.Story.GW1;
import static jumpvpn.node.observability.jsonl.Story.GW2;
import static jumpvpn.node.observability.jsonl.Story.LAPTOP;

import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import jumpvpn.core.observability.audit.Rule;
import jumpvpn.core.observability.audit.Verdict;

/** A corruption of the {@link Story}, and by which verdict, rule and place it must be named. */
record Corruption(String name, UnaryOperator<Story> change, Verdict verdict, Rule rule, String file, int line) {
    @Override
    public String toString() {
        return name;
    }

    static Corruption planted(
            String name, UnaryOperator<Story> change, Verdict verdict, Rule rule, String file, int line) {
        return new Corruption(name, change, verdict, rule, file, line);
    }

    /** All of them. */
    static Stream<Corruption> all() {
        return Stream.of(missing(), forged(), stolen(), Foreign.all()).flatMap(planted -> planted);
    }

    private static Stream<Corruption> missing() {
        return Stream.of(
                planted("an event is missing", s -> s.without(GW1, 16), INCOMPLETE, Rule.SEQUENCE, GW1, 16),
                planted("a row is missing", s -> s.without(GW1, 3), INCOMPLETE, Rule.VERSION, GW1, 3),
                planted("the first event is missing", s -> s.without(GW1, 1), INCOMPLETE, Rule.SEQUENCE, GW1, 1),
                planted("a client's event is missing", s -> s.without(LAPTOP, 6), INCOMPLETE, Rule.SEQUENCE, LAPTOP, 6),
                planted("the bind is missing", s -> s.without(GW1, 9), INCOMPLETE, Rule.VERSION, GW1, 10),
                planted("the gates are missing", s -> s.without(GW1, 7), INCOMPLETE, Rule.SEQUENCE, GW1, 7),
                planted("a gateway's file is missing", s -> s.without(GW1), INCOMPLETE, Rule.VERSION, GW2, 3),
                planted("the last gateway's file is missing", s -> s.without(GW2), INCOMPLETE, Rule.CLIENT, LAPTOP, 18),
                planted(
                        "all gateways' files are missing",
                        s -> s.without(GW1).without(GW2),
                        INCOMPLETE,
                        Rule.CLIENT,
                        LAPTOP,
                        2),
                planted(
                        "a line is cut off",
                        s -> s.changed(GW1, 5, line -> line.substring(0, 120)),
                        INCOMPLETE,
                        Rule.SCHEMA,
                        GW1,
                        5),
                planted(
                        "a line is cut off in its last text",
                        s -> s.changed(GW1, 9, line -> line.substring(0, line.length() - 5)),
                        INCOMPLETE,
                        Rule.SCHEMA,
                        GW1,
                        9),
                planted(
                        "the last line is cut off",
                        s -> s.changed(GW2, 11, line -> line.substring(0, line.length() - 1) + "…"),
                        INCOMPLETE,
                        Rule.SCHEMA,
                        GW2,
                        11),
                planted(
                        "dropped events, and said so",
                        s -> s.forged(GW1, 19, "gw1/a 0 EVENTS_DROPPED BUFFER_FULL 0.0 - count=4")
                                .with(GW1, 19, "\"seq\":0", "\"seq\":22"),
                        INCOMPLETE,
                        Rule.SEQUENCE,
                        GW1,
                        19),
                planted(
                        "a slow follower's line without a number",
                        s -> s.without(GW1, 16)
                                .forged(GW1, 16, "gw1/a 0 EVENTS_DROPPED BUFFER_FULL 0.0 - count=1")
                                .with(GW1, 16, "\"seq\":0,", ""),
                        INCOMPLETE,
                        Rule.SEQUENCE,
                        GW1,
                        17));
    }

    private static Stream<Corruption> forged() {
        return Stream.of(
                planted("an event twice", s -> s.again(GW1, 8, 9), VIOLATED, Rule.SEQUENCE, GW1, 9),
                planted("the first event again at the end", s -> s.again(GW1, 1, 27), VIOLATED, Rule.SEQUENCE, GW1, 27),
                planted("two events exchanged", s -> s.exchanged(GW1, 3), VIOLATED, Rule.SEQUENCE, GW1, 4),
                planted(
                        "a row twice, numbered anew",
                        s -> s.again(GW1, 3, 4).renumbered(GW1),
                        VIOLATED,
                        Rule.TWICE,
                        GW1,
                        4),
                planted(
                        "a row is missing, numbered anew",
                        s -> s.without(GW1, 3).renumbered(GW1),
                        VIOLATED,
                        Rule.VERSION,
                        GW1,
                        3),
                planted(
                        "a client's row is missing, numbered anew",
                        s -> s.without(LAPTOP, 9).renumbered(LAPTOP),
                        VIOLATED,
                        Rule.CHAIN,
                        LAPTOP,
                        10),
                planted("a version jumps", s -> s.with(GW1, 4, "\"1.2\"", "\"1.3\""), VIOLATED, Rule.VERSION, GW1, 4),
                planted(
                        "a version goes back",
                        s -> s.with(GW1, 4, "\"1.2\"", "\"1.0\""),
                        VIOLATED,
                        Rule.VERSION,
                        GW1,
                        4),
                planted(
                        "an epoch is left out",
                        s -> s.with(GW1, 13, "\"3.0\"", "\"4.0\"").with(GW1, 14, "\"3.0\"", "\"4.0\""),
                        VIOLATED,
                        Rule.VERSION,
                        GW1,
                        13),
                planted(
                        "more lost than is missing",
                        s -> s.forged(GW1, 19, "gw1/a 0 EVENTS_DROPPED BUFFER_FULL 0.0 - count=4")
                                .with(GW1, 19, "\"seq\":0", "\"seq\":20"),
                        VIOLATED,
                        Rule.DROPS,
                        GW1,
                        19),
                planted(
                        "a wrong reason",
                        s -> s.with(GW1, 3, "LATENCY_SPIKE", "HEALTH_RECOVERED"),
                        VIOLATED,
                        Rule.TABLE,
                        GW1,
                        3),
                planted(
                        "another's reason",
                        s -> s.with(GW1, 18, "PEER_CLOSED", "OWNER_GONE"),
                        VIOLATED,
                        Rule.TABLE,
                        GW1,
                        18),
                planted(
                        "a reason that the type lacks",
                        s -> s.with(GW1, 8, "BOUND", "BAD_PROOF"),
                        VIOLATED,
                        Rule.REASON,
                        GW1,
                        8),
                planted("another's event", s -> s.with(GW1, 10, "_SENT", "_RECEIVED"), VIOLATED, Rule.REASON, GW1, 10),
                planted("another role", s -> s.with(GW1, 10, "gateway", "client"), VIOLATED, Rule.REASON, GW1, 10),
                planted(
                        "a wrong state",
                        s -> s.with(GW1, 6, "\"to\":\"RECOVERING", "\"to\":\"DEGRADED"),
                        VIOLATED,
                        Rule.TABLE,
                        GW1,
                        6),
                planted(
                        "a row from elsewhere",
                        s -> s.with(GW1, 6, "\"from\":\"ATTACHED", "\"from\":\"VOLATILE"),
                        VIOLATED,
                        Rule.CHAIN,
                        GW1,
                        6),
                planted(
                        "states without a row",
                        s -> s.with(GW1, 2, "\"from\":null", "\"from\":\"ATTACHED\""),
                        VIOLATED,
                        Rule.REASON,
                        GW1,
                        2),
                planted(
                        "an unknown reason",
                        s -> s.with(GW1, 3, "LATENCY_SPIKE", "SPIKE"),
                        VIOLATED,
                        Rule.SCHEMA,
                        GW1,
                        3),
                planted(
                        "an unknown type",
                        s -> s.with(GW1, 2, "VOLATILITY_SIGNAL", "SIGNAL"),
                        VIOLATED,
                        Rule.SCHEMA,
                        GW1,
                        2),
                planted(
                        "fields in another order",
                        s -> s.with(GW1, 2, "\"from\":null,\"to\":null", "\"to\":null,\"from\":null"),
                        VIOLATED,
                        Rule.SCHEMA,
                        GW1,
                        2),
                planted("another schema", s -> s.with(GW1, 2, "event/2", "event/1"), VIOLATED, Rule.SCHEMA, GW1, 2),
                planted("no number", s -> s.with(GW1, 2, "\"seq\":1,", ""), VIOLATED, Rule.SEQUENCE, GW1, 2),
                planted(
                        "text behind the event",
                        s -> s.changed(GW1, 2, line -> line + "}"),
                        VIOLATED,
                        Rule.SCHEMA,
                        GW1,
                        2));
    }

    private static Stream<Corruption> stolen() {
        return Stream.of(
                planted("a gate is left out", s -> s.with(GW1, 7, "\"B\",", ""), VIOLATED, Rule.GATES, GW1, 7),
                planted("the last gate is not passed", s -> s.with(GW1, 7, ",\"F\"", ""), VIOLATED, Rule.GATES, GW1, 8),
                planted(
                        "a bind without a request",
                        s -> s.without(GW1, 7).renumbered(GW1),
                        VIOLATED,
                        Rule.GATES,
                        GW1,
                        7),
                planted("a bind without BOUND", s -> s.without(GW1, 8).renumbered(GW1), VIOLATED, Rule.GATES, GW1, 8),
                planted(
                        "a bind after a refusal",
                        s -> s.with(GW2, 4, "\"D\"]", "\"D\",\"E\",\"F\"]")
                                .without(GW2, 6)
                                .renumbered(GW2),
                        VIOLATED,
                        Rule.GATES,
                        GW2,
                        6),
                planted("BOUND and no row", s -> s.without(GW1, 9).renumbered(GW1), VIOLATED, Rule.VERSION, GW1, 9),
                planted(
                        "two owners at one epoch",
                        s -> s.forged(GW2, 1, "gw2/c STATE_CHANGE GATEWAY_RESTARTED 3.2147483648 ATTACHED>RECOVERING")
                                .renumbered(GW2),
                        VIOLATED,
                        Rule.TWICE,
                        GW2,
                        1),
                planted(
                        "one epoch begun twice",
                        s -> s.with(GW2, 1, ",\"again\":true", ""),
                        VIOLATED,
                        Rule.TWICE,
                        GW2,
                        1),
                planted(
                        "an heir without a step of its own",
                        s -> s.with(GW2, 3, "4.2147483648", "4.1"),
                        VIOLATED,
                        Rule.VERSION,
                        GW2,
                        3),
                planted(
                        "another row said again",
                        s -> s.with(GW2, 1, "udp/wifi0", "udp/lte0"),
                        VIOLATED,
                        Rule.AGAIN,
                        GW2,
                        1),
                planted(
                        "another row said again, before the bind",
                        s -> s.forged(GW1, 19, "gw1/b STATE_CHANGE BETTER_PATH 2.1 ATTACHED>RECOVERING again=true")
                                .renumbered(GW1),
                        VIOLATED,
                        Rule.AGAIN,
                        GW1,
                        19),
                planted(
                        "an old row said again",
                        s -> s.forged(GW1, 19, "gw1/b STATE_CHANGE LATENCY_SPIKE 1.1 ATTACHED>VOLATILE again=true")
                                .renumbered(GW1),
                        VIOLATED,
                        Rule.AGAIN,
                        GW1,
                        19),
                planted(
                        "said again by the one who said it",
                        s -> s.with(GW2, 3, ",\"start\":\"c\"", ",\"start\":\"c\",\"again\":true"),
                        VIOLATED,
                        Rule.AGAIN,
                        GW2,
                        3),
                planted(
                        "a session goes on after its end",
                        s -> s.again(GW1, 2, 19)
                                .with(GW1, 19, "0000000000000001", "0000000000000002")
                                .renumbered(GW1),
                        VIOLATED,
                        Rule.END,
                        GW1,
                        19),
                planted(
                        "another gateway goes on after the end",
                        s -> s.changed(
                                        GW1,
                                        25,
                                        line -> line.replace("HEARTBEAT_MISSED", "PEER_CLOSED")
                                                .replace("VOLATILE", "TERMINATED"))
                                .without(GW1, 26),
                        VIOLATED,
                        Rule.END,
                        GW2,
                        3),
                planted(
                        "another inner address",
                        s -> s.with(GW1, 9, "10.77.0.2", "10.77.0.9"),
                        VIOLATED,
                        Rule.ADDRESS,
                        GW1,
                        9),
                planted(
                        "the client has another inner address",
                        s -> s.with(LAPTOP, 2, "10.77.0.2", "10.77.0.9"),
                        VIOLATED,
                        Rule.ADDRESS,
                        LAPTOP,
                        2),
                planted(
                        "an inner address for two",
                        s -> s.with(GW1, 17, "10.77.0.3", "10.77.0.2"),
                        VIOLATED,
                        Rule.ADDRESS,
                        GW1,
                        17),
                planted(
                        "another policy",
                        s -> s.with(GW1, 6, "\"policy_version\":", "\"policy_version\":1"),
                        VIOLATED,
                        Rule.POLICY,
                        GW1,
                        6),
                planted(
                        "inside the cooldown",
                        s -> s.with(GW1, 13, "\"boot_ns\":12", "\"boot_ns\":8"),
                        VIOLATED,
                        Rule.SWITCHES,
                        GW1,
                        13),
                planted(
                        "the client is ahead of a killed gateway",
                        s -> s.with(LAPTOP, 16, "\"4.1\"", "\"4.2\"").with(LAPTOP, 17, "\"4.1\"", "\"4.2\""),
                        INCOMPLETE,
                        Rule.CLIENT,
                        LAPTOP,
                        16),
                planted(
                        "the client knows more than the end",
                        s -> s.with(LAPTOP, 18, "\"5.0\"", "\"6.0\"")
                                .with(LAPTOP, 19, "\"5.0\"", "\"6.0\"")
                                .with(LAPTOP, 20, "\"5.0\"", "\"6.0\""),
                        VIOLATED,
                        Rule.CLIENT,
                        LAPTOP,
                        18),
                planted(
                        "the client knows what never was",
                        s -> s.with(LAPTOP, 8, "\"2.0\"", "\"2.7\"").with(LAPTOP, 9, "\"2.0\"", "\"2.7\""),
                        VIOLATED,
                        Rule.CLIENT,
                        LAPTOP,
                        8),
                planted(
                        "the client unlearns",
                        s -> s.with(LAPTOP, 16, "\"4.1\"", "\"3.0\""),
                        VIOLATED,
                        Rule.VERSION,
                        LAPTOP,
                        16),
                planted(
                        "the client attaches by itself",
                        s -> s.without(LAPTOP, 7).renumbered(LAPTOP),
                        VIOLATED,
                        Rule.GATES,
                        LAPTOP,
                        7),
                planted(
                        "an ACK of a birth",
                        s -> s.with(LAPTOP, 7, "\"2.0\"", "\"2.1\""),
                        VIOLATED,
                        Rule.CLIENT,
                        LAPTOP,
                        7),
                planted(
                        "rows after the lease",
                        s -> s.forged(GW1, 27, "gw1/b STATE_CHANGE HEALTH_RECOVERED 4.2 VOLATILE>ATTACHED")
                                .renumbered(GW1),
                        VIOLATED,
                        Rule.OWNERSHIP,
                        GW1,
                        27));
    }
}
