package jumpvpn.lab.bench;

import java.nio.ByteBuffer;
import jumpvpn.core.security.KeyAgreement;

/** A stand-in for X25519 that costs nothing, for births only: nothing that is measured agrees on keys. Commutative, and in no way secret. */
final class CheapAgreement implements KeyAgreement {
    private static final long BASE = 0x9e37_79b9_7f4a_7c15L;

    @Override
    public byte[] publicKey(byte[] privateKey) {
        ByteBuffer base = ByteBuffer.allocate(32);
        for (int lane = 0; lane < 4; lane++) {
            base.putLong(BASE);
        }
        return agree(privateKey, base.array());
    }

    @Override
    public byte[] agree(byte[] privateKey, byte[] publicKey) {
        ByteBuffer factor = ByteBuffer.wrap(privateKey);
        ByteBuffer by = ByteBuffer.wrap(publicKey);
        ByteBuffer out = ByteBuffer.allocate(32);
        for (int lane = 0; lane < 4; lane++) {
            out.putLong((factor.getLong() | 1) * by.getLong());
        }
        return out.array();
    }
}
