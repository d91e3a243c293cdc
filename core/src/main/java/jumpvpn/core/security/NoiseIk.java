package jumpvpn.core.security;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The handshake Noise_IK_25519_{AESGCM|ChaChaPoly}_SHA256 (Noise Protocol Framework, revision 34; docs/protocol/wire.md, Handshake):
 *
 * <pre>
 *   &lt;- s
 *   ...
 *   -&gt; e, es, s, ss     first message:  e 32, s sealed 48, payload + 16
 *   &lt;- e, ee, se        second message: e 32, payload + 16
 * </pre>
 *
 * Messages are Noise's alone, without the header and the MACs that wire.md puts around them. What comes from the network is tried on a copy of the state: a forged message yields null and spoils nothing, so a
 * genuine one can still follow. Calls out of order throw {@link IllegalStateException}. Not for two threads at once.
 */
public abstract sealed class NoiseIk permits NoiseIk.Initiator, NoiseIk.Responder {
    /** What the first message is longer than its payload. */
    public static final int FIRST_OVERHEAD =
            KeyPair.KEY_LENGTH + KeyPair.KEY_LENGTH + Aead.TAG_LENGTH + Aead.TAG_LENGTH;
    /** What the second message is longer than its payload. */
    public static final int SECOND_OVERHEAD = KeyPair.KEY_LENGTH + Aead.TAG_LENGTH;
    /** The version of our protocol that {@link #prologue} binds into the transcript. */
    public static final int PROTOCOL_VERSION = 1;

    private static final int SEALED_STATIC_END = KeyPair.KEY_LENGTH + KeyPair.KEY_LENGTH + Aead.TAG_LENGTH;

    /** Which message is due. */
    enum Stage {
        FIRST,
        SECOND,
        COMPLETE
    }

    final Crypto crypto;
    final KeyPair own;
    private SymmetricState state;
    private Stage stage = Stage.FIRST;
    byte[] initiatorEphemeral = Bytes.EMPTY;
    byte[] responderEphemeral = Bytes.EMPTY;

    private NoiseIk(Crypto crypto, Suite suite, byte[] prologue, KeyPair own, byte[] responderStatic) {
        this.crypto = crypto;
        this.own = own;
        state = new SymmetricState(crypto.aead(), suite, "Noise_IK_25519_" + suite.noiseName() + "_SHA256");
        state.mixHash(prologue);
        state.mixHash(responderStatic);
    }

    /** The prologue of docs/protocol/wire.md: {@code jumpvpn}, version u8, suite u8. */
    public static byte[] prologue(Suite suite) {
        return Bytes.join(Bytes.ascii("jumpvpn"), new byte[] {PROTOCOL_VERSION, (byte) suite.number()});
    }

    /**
     * Noise's handshake hash h over everything said.
     *
     * @throws IllegalStateException before the second message
     */
    public byte[] handshakeHash() {
        return at(Stage.COMPLETE).hash();
    }

    /**
     * Noise's final chaining key ck, from which Split() and our session secret come.
     *
     * @throws IllegalStateException before the second message
     */
    public byte[] chainingKey() {
        return at(Stage.COMPLETE).chainingKey();
    }

    /**
     * secret(0) of docs/protocol/wire.md.
     *
     * @throws IllegalStateException before the second message
     */
    public SessionSecret sessionSecret() {
        return SessionSecret.ofHandshake(handshakeHash(), chainingKey());
    }

    /**
     * The ephemeral public keys, which are the freshness of the first epoch.
     *
     * @throws IllegalStateException before the second message
     */
    public Freshness freshness() {
        at(Stage.COMPLETE);
        return new Freshness(initiatorEphemeral, responderEphemeral);
    }

    /** The state to try the due message on. */
    final SymmetricState at(Stage due) {
        if (stage != due) {
            throw new IllegalStateException(
                    "the handshake stands before its message " + stage + ", the call is for " + due);
        }
        return due == Stage.COMPLETE ? state : state.copy();
    }

    /** Commits what was tried. */
    final void advance(SymmetricState tried) {
        state = tried;
        stage = Stage.values()[stage.ordinal() + 1];
    }

    /**
     * Mixes in a shared secret.
     *
     * @return false if the public key yields none
     */
    final boolean mixAgreement(SymmetricState into, byte[] privateKey, byte[] publicKey) {
        try {
            into.mixKey(crypto.agreement().agree(privateKey, publicKey));
            return true;
        } catch (KeyAgreement.InvalidKeyException e) {
            return false;
        }
    }

    /** The client's side. */
    public static final class Initiator extends NoiseIk {
        private final byte[] responderStatic;
        private byte[] ephemeralPrivate = Bytes.EMPTY;

        /**
         * Begins one handshake.
         *
         * @param own the client's static keys
         * @param responderStatic the gateway's static public key, 32 bytes
         */
        public Initiator(Crypto crypto, Suite suite, byte[] prologue, KeyPair own, byte[] responderStatic) {
            super(crypto, suite, prologue, own, responderStatic);
            this.responderStatic = responderStatic.clone();
        }

        /**
         * The first message, {@link NoiseIk#FIRST_OVERHEAD} bytes longer than the payload. The payload is secret to the gateway's key, but replayable.
         *
         * @throws IllegalArgumentException if the gateway's public key has low order
         */
        public byte[] writeFirst(byte[] payload) {
            SymmetricState trial = at(Stage.FIRST);
            KeyPair ephemeral = KeyPair.generate(crypto);
            trial.mixHash(ephemeral.publicKey());
            if (!mixAgreement(trial, ephemeral.privateKey(), responderStatic)) {
                throw lowOrder();
            }
            byte[] sealedStatic = trial.sealAndHash(own.publicKey());
            if (!mixAgreement(trial, own.privateKey(), responderStatic)) {
                throw lowOrder();
            }
            byte[] sealedPayload = trial.sealAndHash(payload);
            ephemeralPrivate = ephemeral.privateKey();
            initiatorEphemeral = ephemeral.publicKey();
            advance(trial);
            return Bytes.join(initiatorEphemeral, sealedStatic, sealedPayload);
        }

        /** The payload of the gateway's answer, or null if these bytes are not the answer. */
        public byte @Nullable [] readSecond(byte[] message) {
            SymmetricState trial = at(Stage.SECOND);
            if (message.length < SECOND_OVERHEAD) {
                return null;
            }
            byte[] remoteEphemeral = Arrays.copyOf(message, KeyPair.KEY_LENGTH);
            trial.mixHash(remoteEphemeral);
            if (!mixAgreement(trial, ephemeralPrivate, remoteEphemeral)
                    || !mixAgreement(trial, own.privateKey(), remoteEphemeral)) {
                return null;
            }
            byte[] payload = trial.openAndHash(Arrays.copyOfRange(message, KeyPair.KEY_LENGTH, message.length));
            if (payload == null) {
                return null;
            }
            Arrays.fill(ephemeralPrivate, (byte) 0);
            responderEphemeral = remoteEphemeral;
            advance(trial);
            return payload;
        }

        private static IllegalArgumentException lowOrder() {
            return new IllegalArgumentException(
                    "the gateway's public key has low order: take it anew from the gateway");
        }
    }

    /** The gateway's side. */
    public static final class Responder extends NoiseIk {
        private byte[] initiatorStatic = Bytes.EMPTY;

        /**
         * Ready for one handshake.
         *
         * @param own the gateway's static keys
         */
        public Responder(Crypto crypto, Suite suite, byte[] prologue, KeyPair own) {
            super(crypto, suite, prologue, own, own.publicKey());
        }

        /** Who calls and with what payload, or null if these bytes are no first message to this key. The caller may be a replay: nothing is proven until data under the session's keys arrives. */
        public @Nullable FirstMessage readFirst(byte[] message) {
            SymmetricState trial = at(Stage.FIRST);
            if (message.length < FIRST_OVERHEAD) {
                return null;
            }
            byte[] remoteEphemeral = Arrays.copyOf(message, KeyPair.KEY_LENGTH);
            trial.mixHash(remoteEphemeral);
            if (!mixAgreement(trial, own.privateKey(), remoteEphemeral)) {
                return null;
            }
            byte[] remoteStatic = trial.openAndHash(Arrays.copyOfRange(message, KeyPair.KEY_LENGTH, SEALED_STATIC_END));
            if (remoteStatic == null || !mixAgreement(trial, own.privateKey(), remoteStatic)) {
                return null;
            }
            byte[] payload = trial.openAndHash(Arrays.copyOfRange(message, SEALED_STATIC_END, message.length));
            if (payload == null) {
                return null;
            }
            initiatorEphemeral = remoteEphemeral;
            initiatorStatic = remoteStatic;
            advance(trial);
            return new FirstMessage(remoteStatic, payload);
        }

        /** The second message, {@link NoiseIk#SECOND_OVERHEAD} bytes longer than the payload. */
        public byte[] writeSecond(byte[] payload) {
            SymmetricState trial = at(Stage.SECOND);
            KeyPair ephemeral = KeyPair.generate(crypto);
            trial.mixHash(ephemeral.publicKey());
            // readFirst agreed on secrets with both of the initiator's keys, so neither has low order.
            if (!mixAgreement(trial, ephemeral.privateKey(), initiatorEphemeral)
                    || !mixAgreement(trial, ephemeral.privateKey(), initiatorStatic)) {
                throw new IllegalStateException("a key that agreed before has low order now");
            }
            byte[] sealed = trial.sealAndHash(payload);
            Arrays.fill(ephemeral.privateKey(), (byte) 0);
            responderEphemeral = ephemeral.publicKey();
            advance(trial);
            return Bytes.join(responderEphemeral, sealed);
        }
    }

    /**
     * What a first message says.
     *
     * @param initiatorStatic the caller's public key, 32 bytes
     */
    public record FirstMessage(byte[] initiatorStatic, byte[] payload) {
        @Override
        public String toString() {
            return "FirstMessage[payload " + payload.length + " bytes]";
        }
    }
}
