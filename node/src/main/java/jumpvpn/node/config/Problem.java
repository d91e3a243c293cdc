package jumpvpn.node.config;

import java.nio.file.Path;

/**
 * One thing that is wrong in a file.
 *
 * @param line from 1
 * @param what what is wrong
 * @param suggestion what to write instead
 */
public record Problem(Path file, int line, String what, String suggestion) {
    /** {@code file:line: what; suggestion}. */
    @Override
    public String toString() {
        return file + ":" + line + ": " + what + "; " + suggestion;
    }
}
