package jumpvpn.lab.cluster;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.EnumSet;
import jumpvpn.core.session.Fault;
import jumpvpn.node.config.GatewayConfig;
import jumpvpn.node.runtime.GatewayNode;
import jumpvpn.node.runtime.Log;

/** A gateway that ignores who owns a session: with {@code --plant fencing-off} the lab must find that. It answers no commands. */
public final class FaultyGateway {
    private FaultyGateway() {}

    /** Argument: the gateway's file. Ends by a signal. */
    public static void main(String[] args) throws Exception {
        Log log = new Log(System.err, InstantSource.system());
        GatewayNode node = GatewayNode.start(GatewayConfig.load(Path.of(args[0])), log, EnumSet.of(Fault.FENCING_OFF));
        Runtime.getRuntime().addShutdownHook(new Thread(node::close));
        log.info("a gateway with a planted fault runs, without fences");
        log.error(node.failure().join());
        System.exit(1);
    }
}
