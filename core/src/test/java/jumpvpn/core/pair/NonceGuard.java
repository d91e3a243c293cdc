package jumpvpn.core.pair;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;
import jumpvpn.core.security.Aead;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.Suite;

/** Invariant I12 while a pair runs: whoever seals twice under one key and counter, in whatever instance and at whichever end, fails the test. */
record NonceGuard(AeadPort port, Set<String> used) implements AeadPort {
    NonceGuard(AeadPort port) {
        this(port, new TreeSet<>());
    }

    @Override
    public Aead create(Suite suite, byte[] key) {
        Aead aead = port.create(suite, key);
        String name = suite + HexFormat.of().formatHex(key);
        return new Aead() {
            @Override
            public void seal(
                    long counter, MemorySegment memory, long aadAt, int aadLength, long textAt, int textLength) {
                assertThat(used.add(name + counter))
                        .as("counter %d is fresh", counter)
                        .isTrue();
                aead.seal(counter, memory, aadAt, aadLength, textAt, textLength);
            }

            @Override
            public int open(
                    long counter, MemorySegment memory, long aadAt, int aadLength, long sealedAt, int sealedLength) {
                return aead.open(counter, memory, aadAt, aadLength, sealedAt, sealedLength);
            }
        };
    }
}
