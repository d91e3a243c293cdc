package jumpvpn.core.gateway;

import java.util.Arrays;
import jumpvpn.core.security.Aead;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.SessionSecret;
import jumpvpn.core.security.Suite;

/**
 * Makes the cipher of the data that rides behind one request when the first of it comes, which is seldom: until then its binding has the generation of the secret that the request names in place of a key.
 *
 * @param nonce the request's
 */
record EarlyAead(AeadPort port, byte[] nonce) implements AeadPort {
    @Override
    public Aead create(Suite suite, byte[] secret) {
        byte[] key = new SessionSecret(0, secret).earlyKey(nonce);
        Aead made = port.create(suite, key);
        Arrays.fill(key, (byte) 0);
        return made;
    }
}
