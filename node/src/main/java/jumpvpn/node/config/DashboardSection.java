package jumpvpn.node.config;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import org.jspecify.annotations.Nullable;

/** Reads {@code [dashboard]}. */
final class DashboardSection {
    private static final Pattern SHAPE = Pattern.compile("(?:\\[([^\\[\\]]*)]|([^:\\[\\]]*)):([0-9]{1,5})");

    private DashboardSection() {}

    /** What the file says; null if it lacks the section, or says it wrongly: then that is a problem by now. */
    static @Nullable Dashboard read(ConfigFile file) {
        Section section = file.optionalSection("dashboard", Sections.DASHBOARD);
        if (section == null) {
            return null;
        }
        Endpoint listen = section.value("listen", (text, line) -> listen(text));
        Path token = section.value("token", (text, line) -> file.beside(text, "token"));
        Path history = section.value("history", (text, line) -> file.beside(text, "history"));
        int mebibytes = section.number(
                "history-mib", Dashboard.LEAST_MEBIBYTES, Dashboard.MOST_MEBIBYTES, Dashboard.DEFAULT_MEBIBYTES);
        return listen == null || history == null
                ? null
                : new Dashboard(listen, token, section.flag("actions"), history, mebibytes, section.line());
    }

    private static Endpoint listen(String text) throws BadValue {
        Matcher parts = SHAPE.matcher(text);
        Optional<IpAddress> address = parts.matches()
                ? EndpointText.literal(parts.group(1) == null ? parts.group(2) : parts.group(1))
                : Optional.empty();
        int port = parts.matches() ? Integer.parseInt(parts.group(3)) : 0;
        if (address.isEmpty() || port < 1 || port > 65_535) {
            throw new BadValue("\"" + text + "\" is no address with a port", "write \"127.0.0.1:8787\"");
        }
        if (!address.get().isLoopback()) {
            throw new BadValue(
                    "the dashboard can't listen on " + address.get() + ": it speaks plain HTTP",
                    "write \"127.0.0.1:" + port + "\"; from elsewhere come by `ssh -L " + port + ":127.0.0.1:" + port
                            + " HOST`");
        }
        return new Endpoint(address.get(), port);
    }
}
