package jumpvpn.node.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Objects;

/** Waits for a few file descriptors (ppoll(2)): the caller gives each a slot. One thread. Nothing is allocated after construction. */
public final class Poller {
    /** As a timeout: wait until something is ready. */
    public static final long FOREVER = Long.MAX_VALUE;

    private static final int POLLFD_BYTES = 8;
    private static final short POLLIN = 1;
    private static final short POLLOUT = 4;

    private final MemorySegment memory;
    private final long fds;
    private final long timespec;
    private final int slots;

    /** With slots 0..{@code slots}-1, all empty. */
    public Poller(int slots) {
        this.slots = slots;
        memory = Arena.ofAuto().allocate(16 + (long) slots * POLLFD_BYTES, 16);
        timespec = memory.address();
        fds = timespec + 16;
        for (int i = 0; i < slots; i++) {
            ignore(i);
        }
    }

    /** Waits in this slot until {@code fd} is readable, and if asked also until it is writable. */
    public void watch(int slot, int fd, boolean alsoWritable) {
        long at = at(slot);
        Memory.putInt(at, fd);
        Memory.putShort(at + 4, alsoWritable ? POLLIN | POLLOUT : POLLIN);
        Memory.putShort(at + 6, (short) 0);
    }

    /** Empties the slot. */
    public void ignore(int slot) {
        watch(slot, -1, false);
    }

    /**
     * Waits until a watched descriptor is ready or the time is over.
     *
     * @param timeoutNanos 0 or less only looks; {@link #FOREVER} has no limit
     * @return how many slots are ready; 0 also when a signal came
     */
    public int await(long timeoutNanos) throws LinuxException {
        long limit = 0;
        if (timeoutNanos != FOREVER) {
            limit = timespec;
            Memory.putLong(limit, Math.max(0, timeoutNanos) / 1_000_000_000L);
            Memory.putLong(limit + 8, Math.max(0, timeoutNanos) % 1_000_000_000L);
        }
        int ready;
        try {
            ready = Libc.ppoll(fds, slots, limit);
        } finally {
            Reference.reachabilityFence(memory);
        }
        if (ready == -Errno.EINTR) {
            for (int i = 0; i < slots; i++) {
                Memory.putShort(at(i) + 6, (short) 0);
            }
            return 0;
        }
        return LinuxException.check(ready, "wait for sockets");
    }

    /** Whether the last {@link #await} found something to read in this slot, or an error, which the next read tells. */
    public boolean readable(int slot) {
        return (Memory.getShort(at(slot) + 6) & ~POLLOUT) != 0;
    }

    /** Whether the last {@link #await} found room to write. */
    public boolean writable(int slot) {
        return (Memory.getShort(at(slot) + 6) & POLLOUT) != 0;
    }

    private long at(int slot) {
        return fds + (long) Objects.checkIndex(slot, slots) * POLLFD_BYTES;
    }
}
