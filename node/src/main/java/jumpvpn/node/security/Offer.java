package jumpvpn.node.security;

import java.util.Map;
import java.util.function.Supplier;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.KeyAgreement;
import jumpvpn.core.security.Suite;
import org.jspecify.annotations.Nullable;

/**
 * What a library can do.
 *
 * @param name with its version
 * @param agreement makes instances, each for one thread; null: it has no X25519
 */
record Offer(
        String name, Map<Suite, AeadPort> aeads, @Nullable Supplier<KeyAgreement> agreement) {}
