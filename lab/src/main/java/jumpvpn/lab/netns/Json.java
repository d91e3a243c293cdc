package jumpvpn.lab.netns;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** JSON as plain maps, lists, strings and numbers: event lines, status answers, verdicts. Maps keep the order of the text. */
public final class Json {
    private static final JsonMapper MAPPER = JsonMapper.shared();
    private static final TypeReference<Map<String, @Nullable Object>> OBJECT = new TypeReference<>() {};

    private Json() {}

    /**
     * Reads one object.
     *
     * @throws IllegalArgumentException if the text is none
     */
    public static Map<String, @Nullable Object> object(String text) {
        try {
            return MAPPER.readValue(text, OBJECT);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("not a JSON object: " + text + ": " + e.getOriginalMessage(), e);
        }
    }

    /** A value on one line. */
    public static String write(@Nullable Object value) {
        return MAPPER.writeValueAsString(value);
    }
}
