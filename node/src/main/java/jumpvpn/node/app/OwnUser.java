package jumpvpn.node.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;

/** Whom this process trusts with itself: its own user, by number and not by a name that may be missing, and root. */
final class OwnUser {
    private static final List<String> ROOT = List.of("root", "0");

    private OwnUser() {}

    static boolean isSelfOrRoot(UserPrincipal user) throws IOException {
        return ROOT.contains(user.getName()) || user.equals(Files.getOwner(Path.of("/proc/self")));
    }
}
