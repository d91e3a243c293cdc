package jumpvpn.node.app.doctor;

import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.security.Crypto;
import jumpvpn.node.config.ClientConfig;
import jumpvpn.node.config.NodeConfig;
import org.jspecify.annotations.Nullable;

/** Looks at everything, one thing after the other; takes seconds where a gateway is silent. */
public final class Doctor {
    private Doctor() {}

    /**
     * What is right and wrong here.
     *
     * @param config a node's file; null: only the machine is looked at
     * @param isRunning whether a node with this file runs now
     * @param crypto for what is asked of gateways
     */
    public static List<Check> examine(@Nullable NodeConfig config, boolean isRunning, Crypto crypto) {
        List<Check> checks = new ArrayList<>(MachineChecks.all());
        if (config != null) {
            checks.addAll(NetworkChecks.all(config, isRunning));
        }
        if (config instanceof ClientConfig client) {
            checks.addAll(GatewayChecks.all(client, crypto));
        }
        return checks;
    }
}
