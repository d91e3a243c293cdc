package jumpvpn.node.ownership.etcd;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jumpvpn.core.ownership.Member;
import jumpvpn.core.ownership.Owner;
import org.jspecify.annotations.Nullable;

/** Which owners live, and when they last said so, as the watch tells it. On the loop's thread alone, but {@link #present}. */
final class Owners {
    private static final int SIGN_BYTES = Long.BYTES + Integer.BYTES + 1;
    private static final int DRAINING = 1;

    private record Name(int number, String name) {}

    private record Sign(long wallNanos, int sessions, int flags) {}

    private final Map<Owner, Name> alive = new HashMap<>();
    private final Map<Owner, Sign> signs = new HashMap<>();
    private boolean isKnown;
    private volatile List<StoreHealth.Present> present = List.of();

    /** All is asked anew. */
    void forget() {
        isKnown = false;
        alive.clear();
        signs.clear();
    }

    /** All that there was is told. */
    void known() {
        isKnown = true;
        show();
    }

    boolean isKnown() {
        return isKnown;
    }

    /** The value of an owner's alive key. */
    static byte[] name(Member member) {
        byte[] name = member.name().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(1 + name.length)
                .put((byte) member.number())
                .put(name)
                .array();
    }

    /** The value of a sign of life. */
    static byte[] sign(long wallNanos, int sessions, boolean isDraining) {
        return ByteBuffer.allocate(SIGN_BYTES)
                .putLong(wallNanos)
                .putInt(sessions)
                .put((byte) (isDraining ? DRAINING : 0))
                .array();
    }

    void alive(Owner owner, ByteBuffer value) {
        int number = value.hasRemaining() ? value.get() & 0xff : 0;
        alive.put(owner, new Name(number, StandardCharsets.UTF_8.decode(value).toString()));
        show();
    }

    void gone(Owner owner) {
        alive.remove(owner);
        show();
    }

    void sign(Owner owner, ByteBuffer value) {
        if (value.remaining() >= SIGN_BYTES) {
            signs.put(owner, new Sign(value.getLong(), value.getInt(), value.get()));
            show();
        }
    }

    void noSign(Owner owner) {
        signs.remove(owner);
    }

    boolean isAlive(Owner owner) {
        return alive.containsKey(owner);
    }

    @Nullable
    Long signWallNanos(Owner owner) {
        Sign sign = signs.get(owner);
        return sign == null ? null : sign.wallNanos;
    }

    /** Everybody who ever gave a sign that is still kept. */
    Set<Owner> signed() {
        return Set.copyOf(signs.keySet());
    }

    private void show() {
        if (!isKnown) {
            return;
        }
        List<StoreHealth.Present> all = new ArrayList<>();
        alive.forEach((owner, name) -> {
            Sign sign = signs.get(owner);
            all.add(new StoreHealth.Present(
                    owner,
                    name.number,
                    name.name,
                    sign == null ? 0 : sign.wallNanos,
                    sign == null ? 0 : sign.sessions,
                    sign != null && (sign.flags & DRAINING) != 0));
        });
        present = List.copyOf(all);
    }

    /** The living. Any thread. */
    List<StoreHealth.Present> present() {
        return present;
    }
}
