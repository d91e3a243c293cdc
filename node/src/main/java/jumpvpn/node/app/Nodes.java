package jumpvpn.node.app;

import jumpvpn.node.config.ClientConfig;
import jumpvpn.node.config.GatewayConfig;
import jumpvpn.node.runtime.Log;
import jumpvpn.node.runtime.NodeControl;
import jumpvpn.node.runtime.StartException;

/** Makes running nodes of checked files: the seam between the commands and the engine. */
interface Nodes {
    /**
     * Starts a gateway.
     *
     * @throws StartException with words for its user
     */
    NodeControl gateway(GatewayConfig config, Log log) throws StartException;

    /**
     * Starts a client; returns before it is connected.
     *
     * @throws StartException with words for its user
     */
    NodeControl client(ClientConfig config, Log log) throws StartException;
}
