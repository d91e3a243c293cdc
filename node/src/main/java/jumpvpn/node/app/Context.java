package jumpvpn.node.app;

import java.io.InputStream;
import java.io.PrintStream;
import java.util.Map;
import jumpvpn.core.security.Entropy;

/**
 * What a command may touch besides files and sockets.
 *
 * @param environment variables of the process
 * @param nodes starts gateways and clients
 */
record Context(InputStream in, PrintStream out, PrintStream err, Map<String, String> environment, Entropy entropy, Nodes nodes) {}
