package jumpvpn.lab.architecture.planted.core.session;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import jumpvpn.lab.architecture.planted.core.net.Value;

/** What the core may do: nothing of it may be reported. */
final class Pure {
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

    private final AtomicLong counter = new AtomicLong();
    private final Map<TimeUnit, Value> byUnit = new EnumMap<>(TimeUnit.class);
    private final Map<String, Value> inOrder = new LinkedHashMap<>();

    long count(long[] slots, Duration age) {
        LONGS.setRelease(slots, 0, counter.incrementAndGet());
        byUnit.put(TimeUnit.SECONDS, new Value(1));
        inOrder.put("one " + age, new Value(1));
        return ByteBuffer.allocate(8).putLong(0, slots[0]).getLong();
    }

    byte[] copy(byte[] in) {
        byte[] out = new byte[in.length];
        System.arraycopy(in, 0, out, 0, in.length);
        return out;
    }

    Map<Integer, List<String>> sorted(List<String> in) {
        return in.stream().collect(Collectors.groupingBy(String::length, TreeMap::new, Collectors.toList()));
    }

    Object[] kind(Object in) {
        return switch (in) {
            case String text -> new String[] {text};
            case Integer number when number > 0 -> new Integer[] {number};
            default -> throw new IllegalArgumentException(in.toString());
        };
    }
}
