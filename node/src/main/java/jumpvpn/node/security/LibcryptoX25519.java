package jumpvpn.node.security;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.LongUnaryOperator;
import jumpvpn.core.security.KeyAgreement;
import jumpvpn.core.security.KeyPair;

/** X25519 of {@link Libcrypto}. Its memory is kept, and wiped behind each call, so an instance is not for two threads at once. */
final class LibcryptoX25519 implements KeyAgreement {
    private static final int LENGTH = KeyPair.KEY_LENGTH;

    private final MemorySegment memory = Arena.ofAuto().allocate(2 * LENGTH, LENGTH);
    private final long bytes = memory.address();
    private final long length = bytes + LENGTH;

    @Override
    public byte[] publicKey(byte[] privateKey) {
        long own = key("private", privateKey, address -> Libcrypto.newPrivateKey(address, LENGTH));
        try {
            memory.set(ValueLayout.JAVA_LONG, LENGTH, LENGTH);
            if (Libcrypto.publicKey(own, bytes, length) != 1) {
                throw refused();
            }
            return memory.asSlice(0, LENGTH).toArray(ValueLayout.JAVA_BYTE);
        } finally {
            Libcrypto.freeKey(own);
        }
    }

    @Override
    public byte[] agree(byte[] privateKey, byte[] publicKey) throws InvalidKeyException {
        long peer = key("public", publicKey, address -> Libcrypto.newPublicKey(address, LENGTH));
        try {
            long own = key("private", privateKey, address -> Libcrypto.newPrivateKey(address, LENGTH));
            try {
                return secret(own, peer);
            } finally {
                Libcrypto.freeKey(own);
            }
        } finally {
            Libcrypto.freeKey(peer);
        }
    }

    private byte[] secret(long own, long peer) throws InvalidKeyException {
        long context = Libcrypto.newKeyContext(own);
        try {
            if (context == 0 || Libcrypto.beginDerive(context, peer) != 1) {
                throw refused();
            }
            memory.set(ValueLayout.JAVA_LONG, LENGTH, LENGTH);
            if (Libcrypto.derive(context, bytes, length) != 1) {
                throw new InvalidKeyException();
            }
            return memory.asSlice(0, LENGTH).toArray(ValueLayout.JAVA_BYTE);
        } finally {
            Libcrypto.freeKeyContext(context);
            memory.fill((byte) 0);
        }
    }

    private long key(String which, byte[] raw, LongUnaryOperator make) {
        if (raw.length != LENGTH) {
            throw new IllegalArgumentException("an X25519 " + which + " key has 32 bytes, this one has " + raw.length);
        }
        MemorySegment.copy(raw, 0, memory, ValueLayout.JAVA_BYTE, 0, LENGTH);
        long key = make.applyAsLong(bytes);
        memory.fill((byte) 0);
        if (key == 0) {
            throw refused();
        }
        return key;
    }

    private static IllegalStateException refused() {
        return new IllegalStateException("libcrypto refused a well-formed X25519 key");
    }
}
