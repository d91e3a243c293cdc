package jumpvpn.node.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/** A private key's file: one line of base64, readable by its owner alone. */
final class KeyFile {
    private static final long MOST_BYTES = 1024;
    private static final Set<PosixFilePermission> OWNER = EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    private KeyFile() {}

    static NodeKey read(Path file) throws BadValue {
        try {
            if (!Files.isRegularFile(file)) {
                Files.readAttributes(file, "*"); // says which of missing, forbidden or odd it is
                throw new BadValue("private key " + file + " is no regular file", "name the file that holds the key");
            }
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
            if (!OWNER.containsAll(mode)) {
                throw new BadValue(
                        "private key " + file + " can be used by others (mode " + octal(mode) + ")",
                        "chmod 600 " + file);
            }
            if (Files.size(file) > MOST_BYTES) {
                throw new BadValue("private key " + file + " is too long to be a key", KeyText.SHAPE);
            }
            byte[] key = KeyText.parse(Files.readString(file, StandardCharsets.ISO_8859_1))
                    .orElseThrow(() -> new BadValue("private key " + file + " holds no key", KeyText.SHAPE));
            return new NodeKey(file, key);
        } catch (NoSuchFileException e) {
            throw new BadValue(
                    "private key " + file + " does not exist", "make one: (umask 077; jumpvpn genkey > " + file + ")");
        } catch (IOException e) {
            throw new BadValue(
                    "private key " + file + " can't be read (" + reason(e) + ")",
                    "run as its owner, or choose another file");
        }
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
