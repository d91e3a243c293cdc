package jumpvpn.node.observability.jsonl;

import static jumpvpn.core.observability.audit.Verdict.INCOMPLETE;
import static jumpvpn.core.observability.audit.Verdict.VIOLATED;
import static jumpvpn.node.observability.jsonl.Corruption.planted;
import static jumpvpn.node.observability.jsonl.Story.GW1;
import static jumpvpn.node.observability.jsonl.Story.GW2;
import static jumpvpn.node.observability.jsonl.Story.LAPTOP;

import java.util.stream.Stream;
import jumpvpn.core.observability.audit.Rule;

/** Corruptions of the {@link Story} by what belongs elsewhere: other starts, other nodes, other files, no file at all. */
final class Foreign {
    private Foreign() {}

    static Stream<Corruption> all() {
        return Stream.of(
                planted(
                        "a row of a start that never was",
                        s -> s.forged(GW1, 4, "gw1/z STATE_CHANGE HEALTH_RECOVERED 1.2 VOLATILE>ATTACHED"),
                        VIOLATED,
                        Rule.CHAIN,
                        GW1,
                        4),
                planted(
                        "an event moved into another start",
                        s -> s.with(GW1, 21, "\"start\":\"b\"", "\"start\":\"z\""),
                        INCOMPLETE,
                        Rule.SEQUENCE,
                        GW1,
                        21),
                planted(
                        "a start renamed, so that it speaks twice",
                        s -> s.with(GW1, 19, "\"start\":\"b\"", "\"start\":\"a\"")
                                .with(GW1, 20, "\"start\":\"b\"", "\"start\":\"a\""),
                        VIOLATED,
                        Rule.SEQUENCE,
                        GW1,
                        19),
                planted(
                        "another gateway's line under this one's name",
                        s -> s.with(GW2, 3, "\"node\":\"gw2\"", "\"node\":\"gw1\""),
                        INCOMPLETE,
                        Rule.SEQUENCE,
                        GW2,
                        3),
                planted(
                        "a client speaks under a gateway's name",
                        s -> s.with(LAPTOP, 3, "\"node\":\"laptop\"", "\"node\":\"gw1\"")
                                .with(LAPTOP, 3, "\"start\":\"x\"", "\"start\":\"a\"")
                                .with(LAPTOP, 3, "\"seq\":2", "\"seq\":18"),
                        VIOLATED,
                        Rule.REASON,
                        LAPTOP,
                        3),
                planted(
                        "a session is born at two gateways",
                        s -> s.forged(GW2, 12, "gw2/d STATE_CHANGE HANDSHAKE_OK 1.0 BIRTH>ATTACHED client=laptop"),
                        VIOLATED,
                        Rule.TWICE,
                        GW2,
                        12),
                planted(
                        "two gateways bind the same epoch",
                        s -> s.with(GW2, 7, "\"5.0\"", "\"4.0\"").with(GW2, 8, "\"5.0\"", "\"4.0\""),
                        VIOLATED,
                        Rule.TWICE,
                        GW2,
                        8),
                planted(
                        "two lines become one",
                        s -> s.changed(GW1, 5, line -> line + line),
                        VIOLATED,
                        Rule.SCHEMA,
                        GW1,
                        5),
                planted(
                        "a hole of zeros, as a power cut leaves",
                        s -> s.changed(GW1, 5, line -> "\0".repeat(line.length())),
                        VIOLATED,
                        Rule.SCHEMA,
                        GW1,
                        5),
                planted(
                        "a line that is no JSON",
                        s -> s.changed(GW1, 5, line -> "kernel: out of memory"),
                        VIOLATED,
                        Rule.SCHEMA,
                        GW1,
                        5));
    }
}
