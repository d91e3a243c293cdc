package jumpvpn.lab.sessions;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jumpvpn.lab.NumberOption;

/**
 * What was asked for.
 *
 * @param sessions how many there are
 * @param active how many of them carry traffic at once, beside one alone
 * @param seconds that are counted of each transfer
 * @param runs how often each is measured, in turn
 * @param out the directory that gets the files
 */
record SessionsOptions(int sessions, int active, int seconds, int runs, Optional<Path> out) {
    private static final NumberOption SESSIONS = new NumberOption("--sessions", 1000, 2, 4000);
    private static final NumberOption ACTIVE = new NumberOption("--active", 100, 2, 250);
    private static final NumberOption SECONDS = new NumberOption("--seconds", 5, 1, 300);
    private static final NumberOption RUNS = new NumberOption("--runs", 5, 1, 100);
    private static final String OUT = "--out";

    /**
     * Reads a command line.
     *
     * @throws IllegalArgumentException with what is wrong about it
     */
    static SessionsOptions parse(List<String> arguments) {
        List<String> rest = new ArrayList<>(arguments);
        int sessions = SESSIONS.take(rest);
        int active = ACTIVE.take(rest);
        int seconds = SECONDS.take(rest);
        int runs = RUNS.take(rest);
        Optional<Path> out = Optional.empty();
        if (rest.size() == 2 && rest.getFirst().equals(OUT)) {
            out = Optional.of(Path.of(rest.getLast()));
        } else if (!rest.isEmpty()) {
            throw new IllegalArgumentException(rest.getFirst() + " is unknown or lacks its value; see --help");
        }
        if (active > sessions) {
            throw new IllegalArgumentException(
                    "--active %1$d: there are only %2$d sessions; give a number up to %2$d, or more --sessions"
                            .formatted(active, sessions));
        }
        return new SessionsOptions(sessions, active, seconds, runs, out);
    }
}
