package jumpvpn.core.agent;

import java.util.List;
import jumpvpn.core.security.KeyPair;
import jumpvpn.core.security.Suite;
import org.jspecify.annotations.Nullable;

/**
 * Who the client is and whom it trusts.
 *
 * @param gateways in the order of preference
 */
public record AgentConfig(KeyPair own, Suite suite, List<Gateway> gateways) {
    /**
     * A gateway that the client may speak to.
     *
     * @param publicKey 32 bytes
     */
    public record Gateway(String name, byte[] publicKey) {}

    /** The gateway of this name, or null. */
    @Nullable
    Gateway gateway(String name) {
        for (Gateway gateway : gateways) {
            if (gateway.name.equals(name)) {
                return gateway;
            }
        }
        return null;
    }
}
