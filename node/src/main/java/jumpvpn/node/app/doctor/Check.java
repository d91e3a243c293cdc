package jumpvpn.node.app.doctor;

import java.util.List;
import jumpvpn.node.observability.jsonl.JsonWriter;

/**
 * One thing that was looked at.
 *
 * @param name in few words; stable
 * @param found what is the case
 * @param advice what to do; empty where nothing is to be done
 */
public record Check(Level level, String name, String found, String advice) {
    /** How bad it is. */
    public enum Level {
        /** As it should be. */
        OK,
        /** Works, but worse than it could. */
        WARN,
        /** Does not work. */
        FAIL
    }

    static Check ok(String name, String found) {
        return new Check(Level.OK, name, found, "");
    }

    static Check warn(String name, String found, String advice) {
        return new Check(Level.WARN, name, found, advice);
    }

    static Check fail(String name, String found, String advice) {
        return new Check(Level.FAIL, name, found, advice);
    }

    /** Whether any of these failed. */
    public static boolean anyFailed(List<Check> checks) {
        return checks.stream().anyMatch(check -> check.level == Level.FAIL);
    }

    /** A line each, two where there is something to do. */
    public static String text(List<Check> checks) {
        StringBuilder text = new StringBuilder();
        for (Check check : checks) {
            text.append("%-4s  %-16s %s%n".formatted(check.level, check.name, check.found));
            if (!check.advice.isEmpty()) {
                text.append("%-4s  %-16s → %s%n".formatted("", "", check.advice));
            }
        }
        return text.toString();
    }

    /** As one JSON object. */
    public static String json(List<Check> checks) {
        JsonWriter json = new JsonWriter()
                .beginObject()
                .field("ok", !anyFailed(checks))
                .name("checks")
                .beginArray();
        for (Check check : checks) {
            json.beginObject()
                    .field("level", check.level.name())
                    .field("check", check.name)
                    .field("found", check.found)
                    .field("advice", check.advice)
                    .endObject();
        }
        return json.endArray().endObject().toString();
    }
}
