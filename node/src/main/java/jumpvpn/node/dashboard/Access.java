package jumpvpn.node.dashboard;

import com.sun.net.httpserver.Headers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import jumpvpn.node.host.SystemEntropy;
import org.jspecify.annotations.Nullable;

/**
 * Who may see the page. A request bears the token ({@code Authorization: Bearer}), never a cookie: nothing that a browser adds by itself opens anything. It names this
 * machine as its host, so that a stranger's name that leads here (DNS rebinding) does not, and comes from no other site's page.
 */
final class Access {
    private static final int TOKEN_BYTES = 32;
    private static final int LEAST_CHARACTERS = 32;
    private static final Pattern HOST = Pattern.compile("(localhost|127(?:[.][0-9]{1,3}){3}|\\[::1])(?::[0-9]{1,5})?");
    private static final Set<PosixFilePermission> OWNER =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private final String token;
    private final AtomicReference<@Nullable String> link = new AtomicReference<>();

    private Access(String token) {
        this.token = token;
    }

    /**
     * With the token of this file, which is made if it is not there.
     *
     * @param file null: a new token, and a link that opens the page once
     */
    static Access of(@Nullable Path file) throws IOException {
        if (file == null) {
            Access access = new Access(random());
            access.link.set(random());
            return access;
        }
        return new Access(read(file));
    }

    private static String read(Path file) throws IOException {
        try {
            if (!OWNER.containsAll(Files.getPosixFilePermissions(file))) {
                throw new IOException("others than its owner can use it: chmod 600 " + file);
            }
        } catch (NoSuchFileException e) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER));
            Files.writeString(file, random() + "\n");
        }
        String text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
        if (text.length() < LEAST_CHARACTERS) {
            throw new IOException(
                    "it holds less than " + LEAST_CHARACTERS + " characters: remove it, and a new one is made");
        }
        return text;
    }

    private static String random() {
        byte[] bytes = new byte[TOKEN_BYTES];
        new SystemEntropy().fill(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** What opens the page once, behind {@code #}; empty if the token is in a file. */
    Optional<String> link() {
        return Optional.ofNullable(link.get());
    }

    /** The token for the link, once. */
    Optional<String> redeem(String offered) {
        String valid = link.get();
        return valid != null && same(valid, offered) && link.compareAndSet(valid, null)
                ? Optional.of(token)
                : Optional.empty();
    }

    /** Whether the request bears the token. */
    boolean isKnown(Headers headers) {
        String said = headers.getFirst("Authorization");
        return said != null && same("Bearer " + token, said);
    }

    private static boolean same(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether the request was meant for this machine. */
    static boolean isForUs(Headers headers) {
        String host = headers.getFirst("Host");
        return host != null && HOST.matcher(host).matches();
    }

    /** Whether no other site's page made it. */
    static boolean isOurs(Headers headers) {
        String origin = headers.getFirst("Origin");
        String site = headers.getFirst("Sec-Fetch-Site");
        return (origin == null || origin.equals("http://" + headers.getFirst("Host")))
                && (site == null || site.equals("same-origin") || site.equals("none"));
    }
}
