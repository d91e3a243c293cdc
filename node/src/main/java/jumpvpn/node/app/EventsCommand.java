package jumpvpn.node.app;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.node.app.ControlProtocol.Wish;
import jumpvpn.node.config.Similar;
import jumpvpn.node.observability.jsonl.Json;

/** {@code events}: what a running node says, all of it or what was asked for. */
final class EventsCommand {
    static final Option FOLLOW = new Option("--follow", null, "go on with the events to come, until Ctrl-C");
    static final Option SESSION = new Option("--session", "ID", "only of this session, or those that begin so");
    static final Option TYPE = new Option("--type", "TYPE", "only of this type; may be repeated");
    static final Option REASON = new Option("--reason", "CODE", "only with this reason; may be repeated");

    private final List<String> sessions;
    private final List<String> types;
    private final List<String> reasons;

    private EventsCommand(List<String> sessions, List<String> types, List<String> reasons) {
        this.sessions = sessions;
        this.types = types;
        this.reasons = reasons;
    }

    static int run(Arguments arguments, Context context) throws UsageException, CommandFailed, IOException {
        EventsCommand wanted = of(arguments);
        try (ControlClient client = ControlClient.connect(arguments, context)) {
            client.ask(new Wish.Events(arguments.has(FOLLOW)));
            for (String line = client.nextLine(); line != null; line = client.nextLine()) {
                if (wanted.has(line)) {
                    context.out().println(line);
                }
                if (context.out().checkError()) {
                    return Main.OK; // whoever read this has seen enough
                }
            }
        }
        return Main.OK;
    }

    private static EventsCommand of(Arguments arguments) throws UsageException {
        return new EventsCommand(
                arguments.values(SESSION).stream()
                        .map(id -> id.toLowerCase(Locale.ROOT))
                        .toList(),
                known(arguments.values(TYPE), EventType.values(), "type"),
                known(arguments.values(REASON), ReasonCode.values(), "reason"));
    }

    private static List<String> known(List<String> given, Enum<?>[] values, String kind) throws UsageException {
        List<String> names = Arrays.stream(values).map(Enum::name).toList();
        List<String> known = new ArrayList<>();
        for (String one : given) {
            String name = one.toUpperCase(Locale.ROOT).replace('-', '_');
            if (!names.contains(name)) {
                throw new UsageException("there is no " + kind + " \"" + one + "\""
                        + Similar.to(name, names)
                                .map(near -> "; did you mean " + near + "?")
                                .orElse(""));
            }
            known.add(name);
        }
        return known;
    }

    /** What was lost belongs to every choice: nobody shall believe that nothing happened. */
    private boolean has(String line) {
        if ((sessions.isEmpty() && types.isEmpty() && reasons.isEmpty())
                || !(Json.parse(line) instanceof Json.Fields event)
                || event.text("type").orElse("").equals(EventType.EVENTS_DROPPED.name())) {
            return true;
        }
        String session = event.text("session_id").orElse("");
        return (types.isEmpty() || types.contains(event.text("type").orElse("")))
                && (reasons.isEmpty() || reasons.contains(event.text("reason").orElse("")))
                && (sessions.isEmpty() || sessions.stream().anyMatch(session::startsWith));
    }
}
