package jumpvpn.core.gateway;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.data.Binding;
import jumpvpn.core.data.Bound;
import jumpvpn.core.data.LookupTable;
import jumpvpn.core.net.Varint;
import jumpvpn.core.session.Deadlines;

/** Bindings that have ended: found for a while, so that what still comes in them can be delivered or answered with a notice. Bounded. */
final class RetiredBindings {
    private static final int MOST = 8;

    private record Retired(Binding binding, long forgetNanos) {}

    private final LookupTable<Bound> bindings;
    private final List<Retired> retired = new ArrayList<>();
    private long sentBytes;
    private long receivedBytes;

    RetiredBindings(LookupTable<Bound> bindings) {
        this.bindings = bindings;
    }

    void add(Binding binding, long receiveUntilNanos, long forgetNanos) {
        for (int i = retired.size() - 1; i >= 0 && retired.get(i).binding.epoch == binding.epoch; i--) {
            retired.get(i).binding.receiveUntil(receiveUntilNanos); // the early data that rode ahead of it
        }
        binding.receiveUntil(receiveUntilNanos);
        sentBytes += binding.delivery.sentBytes();
        receivedBytes += binding.delivery.receivedBytes();
        retired.add(new Retired(binding, forgetNanos));
        while (retired.size() > MOST) {
            forget(retired.removeFirst().binding);
        }
        binding.releaseWatch();
    }

    /** Early data rides ahead of a binding; its identifier is the client's choice, so it may displace nothing. */
    void addEarly(Binding early, long untilNanos) {
        early.receiveUntil(untilNanos);
        if (bindings.get(0, early.localWireId) == null) {
            bindings.put(0, early.localWireId, early);
            retired.add(new Retired(early, untilNanos));
        } else {
            early.wipe();
        }
    }

    boolean has(Binding binding) {
        return retired.stream().anyMatch(old -> old.binding == binding);
    }

    void releaseWatch() {
        retired.forEach(old -> old.binding.releaseWatch());
    }

    /** Forgets what is due; gives when the next one is. */
    long forget(long nowNanos) {
        long next = Deadlines.NEVER;
        for (Retired old : List.copyOf(retired)) {
            if (old.forgetNanos <= nowNanos) {
                forget(old.binding);
                retired.remove(old);
            } else {
                next = Math.min(next, old.forgetNanos);
            }
        }
        return next;
    }

    boolean isEmpty() {
        return retired.isEmpty();
    }

    /** Writes what those sent and received that are forgotten. */
    void encode(ByteBuffer out) {
        Varint.put(out, sentBytes);
        Varint.put(out, receivedBytes);
    }

    /** Reads what {@link #encode} wrote. */
    void decode(ByteBuffer in) {
        sentBytes = Varint.get(in);
        receivedBytes = Varint.get(in);
    }

    /** Nothing is received any more. */
    void stop(long nowNanos) {
        for (Retired old : retired) {
            old.binding.receiveUntil(nowNanos);
            forget(old.binding);
        }
    }

    private void forget(Binding binding) {
        bindings.remove(0, binding.localWireId);
        binding.wipe();
    }

    long sentBytes() {
        return sentBytes;
    }

    long receivedBytes() {
        return receivedBytes;
    }
}
