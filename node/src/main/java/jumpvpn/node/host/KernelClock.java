package jumpvpn.node.host;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;

/** What the kernel says of its wall clock (adjtimex, man page 2). */
public final class KernelClock {
    private static final int TIMEX_BYTES = 208;
    private static final long STATUS = 40; // after modes (4, padded to 8), offset, freq, maxerror, esterror
    private static final int STA_UNSYNC = 0x40;

    /** Whether something keeps it right. */
    public enum State {
        SYNCHRONIZED,
        FREE,
        UNKNOWN
    }

    private KernelClock() {}

    /** How it is now. Asks only. */
    public static State state() {
        Linker linker = Linker.nativeLinker();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment timex = arena.allocate(TIMEX_BYTES, 8); // modes 0: nothing is set
            int result = (int) linker.downcallHandle(
                            linker.defaultLookup().findOrThrow("adjtimex"), FunctionDescriptor.of(JAVA_INT, ADDRESS))
                    .invokeExact(timex);
            if (result < 0) {
                return State.UNKNOWN;
            }
            return (timex.get(JAVA_INT, STATUS) & STA_UNSYNC) == 0 ? State.SYNCHRONIZED : State.FREE;
        } catch (Throwable e) {
            return State.UNKNOWN; // a sandbox that has no such call
        }
    }
}
