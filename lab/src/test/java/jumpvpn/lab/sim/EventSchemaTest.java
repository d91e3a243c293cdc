package jumpvpn.lab.sim;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import jumpvpn.core.observability.Event;
import jumpvpn.core.observability.EventSink;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.Role;
import jumpvpn.core.session.StateVersion;
import jumpvpn.node.observability.NumberedEvent;
import jumpvpn.node.observability.jsonl.EventJson;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The published schema is the code's, and what nodes say keeps to it. {@code -Djumpvpn.schema.write=true} writes the file anew. */
class EventSchemaTest {
    private static final Path FILE = Path.of("../docs/operating/events.schema.json");
    private static final int SEEDS = 60;
    private static final String LINE = """
            {"schema":"jumpvpn.event/2","ts":"2026-11-23T19:32:51.941Z","seq":2,"node":"laptop","role":"client","type":"STATE_CHANGE",\
            "reason":"HANDSHAKE_OK","session_id":"49a96325b6523930387ef9bd9baf0641","state_version":"1.0","from":"BIRTH","to":"ATTACHED",\
            "path":null,"policy_version":967210292,"boot_ns":6079302957839,"start":"5d0c7f4e21a96b38","inner":["10.77.0.236/32"]}""";

    private final EventJson json = new EventJson("gw1", "5d0c7f4e21a96b38");
    private final Schema schema;

    EventSchemaTest() throws Exception {
        schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Files.readString(FILE), InputFormat.JSON);
    }

    private List<String> problems(String line) {
        return schema.validate(line, InputFormat.JSON).stream()
                .map(String::valueOf)
                .toList();
    }

    @Test
    void thePublishedSchemaIsTheCodes() throws Exception {
        if (Boolean.getBoolean("jumpvpn.schema.write")) {
            Files.writeString(FILE, EventSchema.text());
        }
        assertThat(Files.readString(FILE)).isEqualTo(EventSchema.text());
    }

    /** Many worlds with everything that goes wrong in them. */
    @Test
    void whatNodesSayKeepsToIt() {
        Set<EventType> said = EnumSet.noneOf(EventType.class);
        List<String> wrong = new ArrayList<>();
        for (long seed = 1; seed <= SEEDS; seed++) {
            Simulation.run(seed, new Listening(seed, event -> {
                if (said.add(event.type()) || Math.floorMod(event.nanos(), 7) == 0) { // each type, and a sample
                    String line = json.line(event, 0, 1_800_000_000_000L);
                    problems(line).forEach(problem -> wrong.add(problem + " in " + line));
                }
            }));
        }
        assertThat(wrong).isEmpty();
        assertThat(said)
                .contains(
                        EventType.STATE_CHANGE,
                        EventType.REATTACH_REJECT,
                        EventType.SECURITY,
                        EventType.OWNERSHIP_CHANGE,
                        EventType.TRANSPORT_SWITCH);
    }

    private static final class Listening extends Parts {
        private final EventSink ear;

        Listening(long seed, EventSink ear) {
            super(seed);
            this.ear = ear;
        }

        @Override
        public EventSink sink(EventSink sound) {
            return event -> {
                ear.emit(event);
                sound.emit(event);
            };
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = EventType.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"STATE_CHANGE", "EVENTS_DROPPED"})
    void everyTypeIsKnown(EventType type) {
        Event event = new Event(
                1, type, ReasonCode.BAD_PROOF, Role.GATEWAY, null, StateVersion.BIRTH, null, null, null, 0, List.of());
        assertThat(problems(json.line(event, 0, 0))).isEmpty();
    }

    @Test
    void losesAreSaidWithoutANumber() {
        NumberedEvent dropped = NumberedEvent.dropped(17, Role.GATEWAY, 1_800_000_000_000L);
        assertThat(problems(json.line(dropped))).isEmpty();
        assertThat(problems(json.line(dropped).replace("\"count\":17", "\"count\":\"17\"")))
                .isNotEmpty();
        assertThat(problems(json.line(dropped).replace(",\"count\":17", ""))).isNotEmpty();
    }

    @Test
    void theLineOfTheManualIsFine() {
        assertThat(problems(LINE)).isEmpty();
    }

    @ParameterizedTest(name = "{0} for {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "jumpvpn.event/2"       | "jumpvpn.event/1"
            19:32:51.941Z           | 19:32:51Z
            "seq":2,                | ``
            "role":"client"         | "role":"laptop"
            "type":"STATE_CHANGE"   | "type":"STATE_CHANGED"
            "HANDSHAKE_OK"          | "HANDSHAKE_FINE"
            49a96325                | 49A96325
            "1.0"                   | 1.0
            "from":"BIRTH"          | "from":null
            "type":"STATE_CHANGE"   | "type":"CANDIDATE"
            "inner":["10.77.0.236/32"] | "inner":"10.77.0.236/32"
            "inner"                 | "key"
            "boot_ns":6079302957839, | ``
            """)
    void whatIsWrongIsFound(String right, String wrong) {
        assertThat(LINE).contains(right);
        assertThat(problems(LINE.replace(right, wrong))).isNotEmpty();
    }
}
