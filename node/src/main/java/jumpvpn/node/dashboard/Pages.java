package jumpvpn.node.dashboard;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The page's own files, out of the jar. They hold nothing secret: everybody on this machine may load them. */
final class Pages {
    /** Which there are, with their types: nothing else is looked for. */
    private static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("index.html", "text/html; charset=utf-8"),
            Map.entry("style.css", "text/css; charset=utf-8"),
            Map.entry("icon.svg", "image/svg+xml"),
            Map.entry("app.js", "text/javascript; charset=utf-8"),
            Map.entry("dom.js", "text/javascript; charset=utf-8"),
            Map.entry("live.js", "text/javascript; charset=utf-8"),
            Map.entry("sessions.js", "text/javascript; charset=utf-8"),
            Map.entry("session.js", "text/javascript; charset=utf-8"),
            Map.entry("story.js", "text/javascript; charset=utf-8"),
            Map.entry("charts.js", "text/javascript; charset=utf-8"),
            Map.entry("security.js", "text/javascript; charset=utf-8"),
            Map.entry("cluster.js", "text/javascript; charset=utf-8"));

    private final Map<String, Page> loaded = new ConcurrentHashMap<>();

    /** A file and its media type. */
    record Page(String type, byte[] bytes) {}

    /** The file of this path, {@code /} for the first. */
    Optional<Page> find(String path) throws IOException {
        String name = path.equals("/") ? "index.html" : path.substring(1);
        String type = TYPES.get(name);
        if (type == null) {
            return Optional.empty();
        }
        Page page = loaded.get(name);
        if (page == null) {
            try (InputStream in = Pages.class.getResourceAsStream(name)) {
                if (in == null) {
                    throw new IOException("the dashboard's " + name + " is not in the jar: build again");
                }
                page = new Page(type, in.readAllBytes());
                loaded.put(name, page);
            }
        }
        return Optional.of(page);
    }
}
