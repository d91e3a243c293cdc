package jumpvpn.node.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/** Files that their owner alone may read: keys, one line of base64, and passwords, one line. */
final class KeyFile {
    private static final long MOST_BYTES = 1024;
    private static final Set<PosixFilePermission> OWNER = EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    private KeyFile() {}

    /**
     * A key's.
     *
     * @param what it is for its user, such as {@code private key}
     */
    static NodeKey read(Path file, String what) throws BadValue {
        byte[] text = bytes(file, what, "make one: (umask 077; jumpvpn genkey > " + file + ")");
        byte[] key = KeyText.parse(new String(text, StandardCharsets.ISO_8859_1))
                .orElseThrow(() -> new BadValue(what + " " + file + " holds no key", KeyText.SHAPE));
        return new NodeKey(file, key);
    }

    /** A password's, without the blanks and line ends around it. */
    static byte[] password(Path file) throws BadValue {
        byte[] line = bytes(file, "password", "write it there: (umask 077; cat > " + file + ")");
        int from = 0;
        int to = line.length;
        while (from < to && line[to - 1] <= ' ' && line[to - 1] >= 0) {
            to--;
        }
        while (from < to && line[from] <= ' ' && line[from] >= 0) {
            from++;
        }
        if (from == to) {
            throw new BadValue("password " + file + " is empty", "write the password into it, on one line");
        }
        return Arrays.copyOfRange(line, from, to);
    }

    private static byte[] bytes(Path file, String what, String missing) throws BadValue {
        try {
            if (!Files.isRegularFile(file)) {
                Files.readAttributes(file, "*"); // says which of missing, forbidden or odd it is
                throw new BadValue(
                        what + " " + file + " is no regular file", "name the file that holds the " + noun(what));
            }
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
            if (!OWNER.containsAll(mode)) {
                throw new BadValue(
                        what + " " + file + " can be used by others (mode " + octal(mode) + ")", "chmod 600 " + file);
            }
            if (Files.size(file) > MOST_BYTES) {
                throw new BadValue(what + " " + file + " is too long to be a " + noun(what), "name another file");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new BadValue(what + " " + file + " does not exist", missing);
        } catch (IOException e) {
            throw new BadValue(
                    what + " " + file + " can't be read (" + reason(e) + ")",
                    "run as its owner, or choose another file");
        }
    }

    private static String noun(String what) {
        return what.substring(what.indexOf(' ') + 1);
    }

    static String reason(IOException e) {
        return e instanceof java.nio.file.AccessDeniedException ? "permission denied" : String.valueOf(e.getMessage());
    }

    private static String octal(Set<PosixFilePermission> mode) {
        int bits = 0;
        for (PosixFilePermission permission : mode) {
            bits |= 0400 >>> permission.ordinal(); // declared in the order of the bits
        }
        return "0%03o".formatted(bits);
    }
}
