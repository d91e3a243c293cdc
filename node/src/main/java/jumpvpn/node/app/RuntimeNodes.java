package jumpvpn.node.app;

import jumpvpn.node.config.ClientConfig;
import jumpvpn.node.config.GatewayConfig;
import jumpvpn.node.runtime.Log;
import jumpvpn.node.runtime.NodeControl;
import jumpvpn.node.runtime.StartException;

/** The product's nodes. */
final class RuntimeNodes implements Nodes {
    @Override
    public NodeControl gateway(GatewayConfig config, Log log) throws StartException {
        throw new StartException("the engine is not wired yet");
    }

    @Override
    public NodeControl client(ClientConfig config, Log log) throws StartException {
        throw new StartException("the engine is not wired yet");
    }
}
