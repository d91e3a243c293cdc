package jumpvpn.node.app;

import jumpvpn.node.config.ClientConfig;
import jumpvpn.node.config.GatewayConfig;
import jumpvpn.node.runtime.ClientNode;
import jumpvpn.node.runtime.GatewayNode;
import jumpvpn.node.runtime.Log;
import jumpvpn.node.runtime.NodeControl;
import jumpvpn.node.runtime.StartException;

/** The product's nodes. */
final class RuntimeNodes implements Nodes {
    @Override
    public NodeControl gateway(GatewayConfig config, Log log) throws StartException {
        return GatewayNode.start(config, log);
    }

    @Override
    public NodeControl client(ClientConfig config, Log log) throws StartException {
        return ClientNode.start(config, log);
    }
}
