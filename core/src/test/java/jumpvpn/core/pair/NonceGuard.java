package jumpvpn.core.pair;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import jumpvpn.core.security.Aead;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.Suite;

/**
 * Invariant I12 while a pair runs: whoever seals two texts under one key and counter, in whatever instance and at whichever end, fails the test. The same text once more
 * makes the same bytes and tells nothing: a kept ACK is made again of its seed.
 */
record NonceGuard(AeadPort port, Map<String, String> used) implements AeadPort {
    NonceGuard(AeadPort port) {
        this(port, new TreeMap<>());
    }

    @Override
    public Aead create(Suite suite, byte[] key) {
        Aead aead = port.create(suite, key);
        String name = suite + HexFormat.of().formatHex(key);
        return new Aead() {
            @Override
            public void seal(
                    long counter, MemorySegment memory, long aadAt, int aadLength, long textAt, int textLength) {
                aead.seal(counter, memory, aadAt, aadLength, textAt, textLength);
                byte[] tag =
                        memory.asSlice(textAt + textLength, Aead.TAG_LENGTH).toArray(ValueLayout.JAVA_BYTE);
                String sealed = HexFormat.of().formatHex(tag); // over text and associated data
                assertThat(used.merge(name + counter, sealed, (before, _) -> before))
                        .as("counter %d is fresh", counter)
                        .isEqualTo(sealed);
            }

            @Override
            public int open(
                    long counter, MemorySegment memory, long aadAt, int aadLength, long sealedAt, int sealedLength) {
                return aead.open(counter, memory, aadAt, aadLength, sealedAt, sealedLength);
            }
        };
    }
}
