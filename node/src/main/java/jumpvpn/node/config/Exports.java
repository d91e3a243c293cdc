package jumpvpn.node.config;

import java.util.List;
import jumpvpn.core.net.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * What leaves a node for monitoring.
 *
 * @param list in the file's order
 * @param metrics where figures can be read; null: nowhere
 */
public record Exports(List<Export> list, @Nullable Metrics metrics) {
    /**
     * {@code [metrics]} of either file.
     *
     * @param path begins with a slash
     * @param line of {@code listen}
     */
    public record Metrics(Endpoint address, String path, int line) {}

    /** Whether nothing is asked for. */
    public boolean isEmpty() {
        return list.isEmpty() && metrics == null;
    }
}
