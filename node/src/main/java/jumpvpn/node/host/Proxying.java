package jumpvpn.node.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The kernel's settings for a link on which this host answers for other addresses, see {@link Neighbours}. */
public final class Proxying {
    private static final Path SYSCTL = Path.of("/proc/sys/net");

    private Proxying() {}

    /**
     * Answers at once instead of after up to 0.8 s, answers IPv6 questions at all, and tells no sender of a shorter way (ICMP redirect): the way changes with every move, and who was told keeps to it. The
     * kernel sends redirects where one of the link and {@code all} wants it, so that one goes off too; other links keep to their own.
     *
     * @return puts everything back as it was
     * @throws IOException if this process may not; the message names the setting
     */
    public static Undo enable(String link) throws IOException {
        Map<Path, String> before = new LinkedHashMap<>();
        Undo undo = () -> putBack(before);
        try {
            set(before, "ipv4/neigh/" + link + "/proxy_delay", "0");
            set(before, "ipv4/conf/" + link + "/send_redirects", "0");
            set(before, "ipv4/conf/all/send_redirects", "0");
            if (Files.exists(SYSCTL.resolve("ipv6/conf/" + link))) {
                set(before, "ipv6/neigh/" + link + "/proxy_delay", "0");
                set(before, "ipv6/conf/" + link + "/proxy_ndp", "1");
            }
        } catch (IOException e) {
            undo.close();
            throw e;
        }
        return undo;
    }

    private static void set(Map<Path, String> before, String name, String value) throws IOException {
        Path setting = SYSCTL.resolve(name);
        try {
            String was = Files.readString(setting).strip();
            if (!was.equals(value)) {
                Files.writeString(setting, value);
                before.put(setting, was);
            }
        } catch (NoSuchFileException e) {
            throw new IOException("cannot set " + setting + ": there is no such interface: see `ip link`", e);
        } catch (IOException e) {
            throw new IOException("cannot set " + setting + " to " + value + ": run as root, or set it yourself", e);
        }
    }

    private static void putBack(Map<Path, String> before) throws IOException {
        for (Map.Entry<Path, String> setting : before.entrySet()) {
            try {
                Files.writeString(setting.getKey(), setting.getValue());
            } catch (NoSuchFileException e) {
                // the interface has gone meanwhile
            }
        }
        before.clear();
    }
}
