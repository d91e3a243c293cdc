package jumpvpn.core.security;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Makes {@link Aead} instances: the JDK's, a native library's, or the simulation's stand-in. Called by several threads at once: a binding makes its ciphers when they are needed. */
@FunctionalInterface
public interface AeadPort {
    /**
     * An instance of its own for one thread. Any thread may ask.
     *
     * @param key 32 bytes, copied
     */
    Aead create(Suite suite, byte[] key);

    /**
     * Seals in place a message whose key is used for few messages or for this one only: associated data, text, room for the tag. Any thread may ask.
     *
     * @param counter never used twice with this key
     * @param end where the message's {@link Aead#TAG_LENGTH} bytes of tag end
     */
    default void sealOnce(Suite suite, byte[] key, long counter, byte[] message, int aadLength, int end) {
        int textLength = end - Aead.TAG_LENGTH - aadLength;
        create(suite, key).seal(counter, MemorySegment.ofArray(message), 0, aadLength, aadLength, textLength);
    }

    /** The text of a message that {@link #sealOnce} made, or null if it is not authentic. Any bytes may be passed; nothing in the message changes. Any thread may ask. */
    default byte @Nullable [] openOnce(Suite suite, byte[] key, long counter, byte[] message, int aadLength, int end) {
        byte[] text = new byte[Math.max(0, end - aadLength - Aead.TAG_LENGTH)];
        return openOnce(suite, key, counter, message, aadLength, end, text) < 0 ? null : text;
    }

    /**
     * The same into another array.
     *
     * @return the text's length, or -1 if it is not authentic
     */
    default int openOnce(Suite suite, byte[] key, long counter, byte[] message, int aadLength, int end, byte[] text) {
        byte[] work = Arrays.copyOf(message, end);
        int length =
                create(suite, key).open(counter, MemorySegment.ofArray(work), 0, aadLength, aadLength, end - aadLength);
        System.arraycopy(work, aadLength, text, 0, Math.max(0, length));
        return length;
    }
}
