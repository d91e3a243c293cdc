package jumpvpn.lab.sim;

import java.nio.ByteBuffer;
import jumpvpn.core.security.KeyAgreement;

/** A cheap stand-in for X25519: multiplication of odd 64-bit numbers in four lanes. It commutes, and every change of a public key changes the secret; it hides nothing. */
public final class ToyAgreement implements KeyAgreement {
    private static final long BASE = 0x9e37_79b9_7f4a_7c15L;

    @Override
    public byte[] publicKey(byte[] privateKey) {
        ByteBuffer base = ByteBuffer.allocate(32);
        for (int lane = 0; lane < 4; lane++) {
            base.putLong(BASE + 2L * lane);
        }
        return multiplied(privateKey, base.flip());
    }

    @Override
    public byte[] agree(byte[] privateKey, byte[] publicKey) throws InvalidKeyException {
        byte[] secret = multiplied(privateKey, ByteBuffer.wrap(publicKey));
        for (byte octet : secret) {
            if (octet != 0) {
                return secret;
            }
        }
        throw new InvalidKeyException();
    }

    private static byte[] multiplied(byte[] privateKey, ByteBuffer by) {
        ByteBuffer factor = ByteBuffer.wrap(privateKey);
        ByteBuffer out = ByteBuffer.allocate(32);
        for (int lane = 0; lane < 4; lane++) {
            out.putLong((factor.getLong() | 1) * by.getLong());
        }
        return out.array();
    }
}
