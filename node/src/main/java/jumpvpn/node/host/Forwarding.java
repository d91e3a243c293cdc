package jumpvpn.node.host;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * Lets this host's network namespace forward IPv4 and IPv6 as long as any gateway process on it wants that, and puts everything back when the last one leaves. The processes
 * agree through a lock file for the namespace; what was there before stands in it, so a process that was killed loses nothing: the next one puts it back.
 */
public final class Forwarding {
    private static final Path SYSCTL = Path.of("/proc/sys/net");
    private static final Path IPV4 = SYSCTL.resolve("ipv4/ip_forward");
    private static final Path IPV6 = SYSCTL.resolve("ipv6/conf/all/forwarding");
    private static final int ATTEMPTS = 16;

    private Forwarding() {}

    /**
     * Switches forwarding on where it is off. Interfaces that accept IPv6 router advertisements go on accepting them, which forwarding would otherwise end.
     *
     * @param directory for the lock file, made if it is missing; the same for all processes
     * @return put it back, if no other process wants it
     * @throws IOException if this process may not; the message names the setting
     */
    public static Undo enable(Path directory) throws IOException {
        Files.createDirectories(directory);
        String namespace = Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net"))
                .toString()
                .replaceAll("\\D", "");
        Path file = directory.resolve("forwarding-" + namespace);
        int fd = LinuxException.check(
                Libc.open(file.toString(), Libc.O_RDWR | Libc.O_CREAT | Libc.O_CLOEXEC), "open the lock file " + file);
        try {
            join(fd, file);
        } catch (IOException e) {
            Libc.close(fd);
            throw e;
        }
        boolean[] left = new boolean[1];
        return () -> {
            if (!left[0]) {
                left[0] = true;
                leave(fd, file);
            }
        };
    }

    private static void join(int fd, Path file) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (Libc.flock(fd, Libc.LOCK_EX | Libc.LOCK_NB) == 0) {
                if (Files.size(file) == 0
                        || !isOn()) { // else a killed process left it on, and what it wrote down still holds
                    writeDown(file);
                    switchOn();
                }
                LinuxException.check(Libc.flock(fd, Libc.LOCK_SH), "share the lock file " + file);
                return;
            }
            LinuxException.check(Libc.flock(fd, Libc.LOCK_SH), "share the lock file " + file);
            if (Files.size(file) > 0) {
                return;
            }
            Libc.flock(fd, Libc.LOCK_UN); // the last one left just now
        }
        throw new LinuxException(Errno.EBUSY, "agree on forwarding by " + file, "start again");
    }

    private static void leave(int fd, Path file) throws IOException {
        try {
            if (Libc.flock(fd, Libc.LOCK_EX | Libc.LOCK_NB) == 0) {
                putBack(file);
                Files.writeString(file, "");
            }
        } finally {
            Libc.close(fd);
        }
    }

    private static boolean isOn() throws IOException {
        return read(IPV4).equals("1") && (!Files.exists(IPV6) || read(IPV6).equals("1"));
    }

    private static void switchOn() throws IOException {
        if (!read(IPV4).equals("1")) {
            write(IPV4, "1");
        }
        if (Files.exists(IPV6) && !read(IPV6).equals("1")) {
            for (Path accept : perInterface("ipv6", "accept_ra")) {
                if (read(accept).equals("1")) {
                    write(accept, "2"); // 1: only while not forwarding
                }
            }
            write(IPV6, "1");
        }
    }

    /** All that the kernel changes along with the two switches, the switches first, because they overwrite the rest. */
    private static void writeDown(Path file) throws IOException {
        Map<Path, String> before = new LinkedHashMap<>();
        note(before, Collections.singleton(IPV4));
        note(before, Collections.singleton(SYSCTL.resolve("ipv4/conf/all/accept_redirects")));
        note(before, perInterface("ipv4", "forwarding"));
        if (Files.exists(IPV6)) {
            note(before, Collections.singleton(IPV6));
            note(before, perInterface("ipv6", "forwarding"));
            note(before, perInterface("ipv6", "accept_ra"));
        }
        StringBuilder text = new StringBuilder();
        before.forEach(
                (path, value) -> text.append(path).append(' ').append(value).append('\n'));
        Files.writeString(file, text);
    }

    private static void note(Map<Path, String> before, Iterable<Path> settings) throws IOException {
        for (Path setting : settings) {
            before.put(setting, read(setting));
        }
    }

    private static void putBack(Path file) throws IOException {
        for (String line : Files.readAllLines(file)) {
            int blank = line.lastIndexOf(' ');
            Path setting = Path.of(line.substring(0, blank));
            String value = line.substring(blank + 1);
            try {
                if (!read(setting).equals(value)) {
                    write(setting, value);
                }
            } catch (NoSuchFileException e) {
                // the interface has gone meanwhile
            }
        }
    }

    private static Iterable<Path> perInterface(String family, String setting) throws IOException {
        TreeSet<Path> found = new TreeSet<>();
        try (DirectoryStream<Path> interfaces = Files.newDirectoryStream(SYSCTL.resolve(family + "/conf"))) {
            for (Path one : interfaces) {
                Path path = one.resolve(setting);
                if (!one.endsWith("all") && Files.exists(path)) {
                    found.add(path);
                }
            }
        }
        return found;
    }

    private static String read(Path setting) throws IOException {
        return Files.readString(setting).strip();
    }

    private static void write(Path setting, String value) throws IOException {
        try {
            Files.writeString(setting, value);
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException(
                    "cannot write " + value + " to " + setting + ": " + e.getMessage()
                            + "; run as root, or set it yourself before (sysctl) if /proc is read-only here",
                    e);
        }
    }
}
