package jumpvpn.core.gateway;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Stream;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * Sessions by id: open addressing. Ids are random, so they are their own hash; a removed session's followers move up. Eight bits of each id lie beside the
 * references, so that a lookup touches hardly a session but the one it finds.
 */
final class SessionIndex {
    private static final int LEAST = 16;

    private @Nullable Resident[] slots = new Resident[LEAST];
    private byte[] tags = new byte[LEAST];
    private int size;

    @Nullable
    Resident get(SessionId id) {
        return slots[slot(id)];
    }

    private int slot(SessionId id) {
        int slot = home(id);
        for (Resident there = slots[slot]; there != null && !isOf(id, slot, there); there = slots[slot]) {
            slot = slot + 1 & slots.length - 1;
        }
        return slot;
    }

    private boolean isOf(SessionId id, int slot, Resident there) {
        return tags[slot] == tag(id) && there.id().equals(id);
    }

    private int home(SessionId id) {
        return key(id) & slots.length - 1;
    }

    private static byte tag(SessionId id) {
        return (byte) (key(id) >>> 24);
    }

    private static int key(SessionId id) {
        return (int) (id.high() ^ id.low() >>> 32);
    }

    /** Adds the session, or puts it in the place of the one with its id. */
    void put(Resident session) {
        int slot = slot(session.id());
        if (slots[slot] == null && ++size > slots.length / 4 * 3) {
            resize(slots.length * 2);
            slot = slot(session.id());
        }
        slots[slot] = session;
        tags[slot] = tag(session.id());
    }

    void remove(SessionId id) {
        int gap = slot(id);
        if (slots[gap] == null) {
            return;
        }
        int mask = slots.length - 1;
        for (int next = gap + 1 & mask; slots[next] != null; next = next + 1 & mask) {
            int home = home(Objects.requireNonNull(slots[next]).id());
            boolean reachesGap = (next - home & mask) >= (next - gap & mask);
            if (reachesGap) {
                slots[gap] = slots[next];
                tags[gap] = tags[next];
                gap = next;
            }
        }
        slots[gap] = null;
        tags[gap] = 0;
        size--;
        if (slots.length > LEAST && size < slots.length / 8) {
            resize(slots.length / 2);
        }
    }

    private void resize(int length) {
        @Nullable Resident[] old = slots;
        slots = new Resident[length];
        tags = new byte[length];
        for (Resident session : old) {
            if (session != null) {
                int slot = slot(session.id());
                slots[slot] = session;
                tags[slot] = tag(session.id());
            }
        }
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** All, in no order that means anything. */
    Stream<Resident> all() {
        return Arrays.stream(slots.clone()).filter(Objects::nonNull);
    }
}
