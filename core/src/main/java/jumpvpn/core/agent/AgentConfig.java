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
    public record Gateway(String name, byte[] publicKey) {
        /** Whether a path's gateway is this one, or one of several with its key behind its host name: {@code name/address}. */
        boolean isNamed(String gateway) {
            return gateway.equals(name) || gateway.startsWith(name + "/");
        }
    }

    /** The first gateway that is named so, or null. */
    @Nullable
    Gateway gateway(String name) {
        for (Gateway gateway : gateways) {
            if (gateway.isNamed(name)) {
                return gateway;
            }
        }
        return null;
    }
}
