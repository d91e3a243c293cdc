package jumpvpn.lab.sim;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import jumpvpn.core.security.Aead;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.Suite;

/**
 * A cheap stand-in for the ciphers: a keyed stream and a keyed tag over associated data, counter and ciphertext. No secret is safe in it, but every change of a bit
 * changes the tag. All ends of a simulation share one, which remembers how far every key has counted: a seal that does not count on is a nonce used twice (I12), unless it is the
 * last one's text once more: that makes the same bytes and tells nothing (a kept ACK is made again of its seed).
 */
public final class ToyAead implements AeadPort {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    private record KeyBits(long a, long b, long c, long d) {}

    /** How far a key has counted; -1 before its first seal. */
    private static final class Counted {
        private long last = -1;
        private long lastTag;
    }

    private final Map<KeyBits, Counted> keys = new HashMap<>(); // never iterated

    @Override
    public Aead create(Suite suite, byte[] key) {
        MemorySegment bits = MemorySegment.ofArray(key);
        KeyBits named = new KeyBits(bits.get(LONG, 0), bits.get(LONG, 8), bits.get(LONG, 16), bits.get(LONG, 24));
        long mixed = mix(mix(mix(mix(suite.number(), named.a), named.b), named.c), named.d);
        return new Keyed(mixed, keys.computeIfAbsent(named, _ -> new Counted()));
    }

    private static long mix(long state, long word) {
        long mixed = (state ^ word) * 0x9e37_79b9_7f4a_7c15L;
        mixed = (mixed ^ mixed >>> 32) * 0xd6e8_feb8_6659_fd93L;
        return mixed ^ mixed >>> 29;
    }

    private record Keyed(long key, Counted counted) implements Aead {
        @Override
        public void seal(
                long counter, MemorySegment memory, long aadOffset, int aadLength, long textOffset, int textLength) {
            stream(counter, memory, textOffset, textLength);
            long tag = tag(counter, memory, aadOffset, aadLength, textOffset, textLength);
            boolean again = counted.last == counter && counted.lastTag == tag;
            if (counted.last != -1 && Long.compareUnsigned(counter, counted.last) <= 0 && !again) {
                throw new Violation("I12", "a key sealed with counter " + counter + " after " + counted.last);
            }
            counted.last = counter;
            counted.lastTag = tag;
            memory.set(LONG, textOffset + textLength, tag);
            memory.set(LONG, textOffset + textLength + 8, mix(tag, key));
        }

        @Override
        public int open(
                long counter,
                MemorySegment memory,
                long aadOffset,
                int aadLength,
                long sealedOffset,
                int sealedLength) {
            int textLength = sealedLength - TAG_LENGTH;
            if (textLength < 0) {
                return -1;
            }
            long tag = tag(counter, memory, aadOffset, aadLength, sealedOffset, textLength);
            if (memory.get(LONG, sealedOffset + textLength) != tag
                    || memory.get(LONG, sealedOffset + textLength + 8) != mix(tag, key)) {
                return -1;
            }
            stream(counter, memory, sealedOffset, textLength);
            return textLength;
        }

        private void stream(long counter, MemorySegment memory, long offset, int length) {
            long state = mix(key, counter);
            int at = 0;
            for (; at + 8 <= length; at += 8) {
                memory.set(LONG, offset + at, memory.get(LONG, offset + at) ^ mix(state, at));
            }
            for (; at < length; at++) {
                memory.set(BYTE, offset + at, (byte) (memory.get(BYTE, offset + at) ^ mix(state, at)));
            }
        }

        private long tag(long counter, MemorySegment memory, long aad, int aadLength, long text, int textLength) {
            long state = mix(mix(key, ~counter), ((long) aadLength << 32) | textLength);
            return absorb(absorb(state, memory, aad, aadLength), memory, text, textLength);
        }

        private static long absorb(long before, MemorySegment memory, long offset, int length) {
            long state = before;
            int at = 0;
            for (; at + 8 <= length; at += 8) {
                state = mix(state, memory.get(LONG, offset + at));
            }
            for (; at < length; at++) {
                state = mix(state, memory.get(BYTE, offset + at) & 0xffL);
            }
            return state;
        }
    }
}
