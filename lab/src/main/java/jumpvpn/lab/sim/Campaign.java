package jumpvpn.lab.sim;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Very many seeds, over more than one run: the results file says which are done and what they came to, and is replaced as a whole every {@value #BATCH} seeds. Who
 * kills the run loses at most those.
 */
final class Campaign {
    private static final int BATCH = 500;
    private static final int MOST_VIOLATIONS = 100;
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final TypeReference<LinkedHashMap<String, Object>> OBJECT = new TypeReference<>() {};

    private final Path file;
    private final Totals totals = new Totals();
    private final List<Map<String, Object>> ranges = new ArrayList<>();
    private final List<Map<String, Object>> violations = new ArrayList<>();
    private final long first;
    private long next;

    private Campaign(Path file, long first) {
        this.file = file;
        this.first = first;
        this.next = first;
    }

    /**
     * The campaign in this file, or a new one.
     *
     * @throws IOException if the file can't be read, or is none of ours
     */
    static Campaign load(Path file, long first) throws IOException {
        if (!Files.exists(file)) {
            return new Campaign(file, first);
        }
        try {
            Map<String, Object> read = MAPPER.readValue(Files.readString(file), OBJECT);
            Campaign campaign = new Campaign(file, number(read, "first_seed"));
            campaign.next = number(read, "next_seed");
            campaign.totals.addFigures(object(read.get("figures")));
            list(read.get("ranges")).forEach(range -> campaign.ranges.add(object(range)));
            list(read.get("violations")).forEach(violation -> campaign.violations.add(object(violation)));
            return campaign;
        } catch (JacksonException | IllegalArgumentException e) {
            throw new IOException("it is no results file of a campaign: " + e.getMessage(), e);
        }
    }

    private static long number(Map<String, Object> from, String name) {
        if (from.get(name) instanceof Number number) {
            return number.longValue();
        }
        throw new IllegalArgumentException(name + " is missing");
    }

    private static Map<String, Object> object(@Nullable Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException("an object was expected, not " + value);
        }
        Map<String, Object> object = new LinkedHashMap<>();
        map.forEach((key, entry) -> object.put(String.valueOf(key), entry));
        return object;
    }

    private static List<?> list(@Nullable Object value) {
        if (!(value instanceof List<?> list)) {
            throw new IllegalArgumentException("a list was expected, not " + value);
        }
        return list;
    }

    Totals totals() {
        return totals;
    }

    /**
     * Runs what is missing up to so many seeds. A violation is noted, and the rest goes on.
     *
     * @return whether there was never a violation
     */
    boolean goOn(long seeds, int threads, LongFunction<Outcome> simulation, PrintStream text) throws IOException {
        if (next > first) {
            text.printf("going on at seed %d; %d are done%n", next, next - first);
        }
        while (next < first + seeds) {
            long from = next;
            long began = System.nanoTime();
            long count = Math.min(BATCH, first + seeds - from);
            Sweep.run(from, count, threads, simulation, result -> take(result, text));
            next = from + count;
            did(from, next);
            save();
            text.printf(
                    Locale.ROOT,
                    "%d of %d seeds, %d simulated events, %d violations, %.0f seeds/s%n",
                    next - first,
                    seeds,
                    totals.sum("happenings"),
                    violations.size(),
                    count / ((System.nanoTime() - began) / 1e9));
        }
        return violations.isEmpty();
    }

    private boolean take(Sweep.Result<Outcome> result, PrintStream text) {
        if (result.outcome() != null) {
            totals.add(result.outcome());
        }
        Violation violation = result.violation();
        if (violation != null) {
            text.println("VIOLATION " + violation.getMessage());
            if (violations.size() < MOST_VIOLATIONS) {
                Map<String, Object> noted = new LinkedHashMap<>();
                noted.put("seed", result.seed());
                noted.put("invariant", violation.invariant());
                noted.put("commit", SimLab.commit());
                violations.add(noted);
            }
        }
        return true;
    }

    /** Which build ran which seeds. */
    private void did(long from, long to) {
        Map<String, Object> last = ranges.isEmpty() ? Map.of() : ranges.getLast();
        if (SimLab.commit().equals(last.get("commit"))) {
            last.put("to", to - 1);
        } else {
            Map<String, Object> range = new LinkedHashMap<>();
            range.put("commit", SimLab.commit());
            range.put("from", from);
            range.put("to", to - 1);
            ranges.add(range);
        }
    }

    private void save() throws IOException {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("first_seed", first);
        all.put("next_seed", next);
        all.put("violations", violations);
        all.put("ranges", ranges);
        all.put("median_jumps", totals.medianJumps());
        all.put("missing", totals.missing());
        all.put("figures", totals.figures());
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(fresh, MAPPER.writeValueAsString(all) + "\n");
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
