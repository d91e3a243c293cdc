package jumpvpn.node.config;

import java.nio.file.Path;
import jumpvpn.core.net.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * The page that shows a node, {@code [dashboard]} of either file.
 *
 * @param listen a loopback address and a port of 1..65535
 * @param token the file that holds what a viewer must show; null: a random one for each start
 * @param actions whether the page may jump, drain and terminate
 * @param history the file of what happened; beside it {@code NAME.old}
 * @param historyMebibytes how long both may get together
 * @param line of the section
 */
public record Dashboard(
        Endpoint listen, @Nullable Path token, boolean actions, Path history, int historyMebibytes, int line) {
    static final int LEAST_MEBIBYTES = 1;
    static final int MOST_MEBIBYTES = 65_536;
    static final int DEFAULT_MEBIBYTES = 64;
}
