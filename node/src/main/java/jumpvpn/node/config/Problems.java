package jumpvpn.node.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects what is wrong in one file, so that its user sees all of it at once. */
final class Problems {
    /** More would not be read. */
    private static final int MOST = 20;

    private final Path file;
    private final List<Problem> found = new ArrayList<>();

    Problems(Path file) {
        this.file = file;
    }

    Path file() {
        return file;
    }

    void add(int line, String what, String suggestion) {
        found.add(new Problem(file, line, what, suggestion));
    }

    void throwIfAny() throws ConfigException {
        if (!found.isEmpty()) {
            throw new ConfigException(found.stream()
                    .sorted(Comparator.comparingInt(Problem::line))
                    .limit(MOST)
                    .toList());
        }
    }
}
