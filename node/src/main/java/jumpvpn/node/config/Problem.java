package jumpvpn.node.config;

import java.nio.file.Path;

/**
 * One thing that is wrong in a file. What looks like a key is never repeated: one that was written in a wrong place stays there.
 *
 * @param line from 1
 * @param what what is wrong
 * @param suggestion what to write instead
 */
public record Problem(Path file, int line, String what, String suggestion) {
    /** Shows no key. */
    public Problem {
        what = KeyText.hidden(what);
        suggestion = KeyText.hidden(suggestion);
    }

    /** {@code file:line: what; suggestion}. */
    @Override
    public String toString() {
        return file + ":" + line + ": " + what + "; " + suggestion;
    }
}
