package jumpvpn.node.app;

import java.io.InputStream;
import java.io.PrintStream;
import jumpvpn.core.security.Entropy;

/**
 * What a command may touch besides files and sockets.
 *
 * @param sockets where control sockets are
 * @param trace whether an unexpected exception shows its trace
 * @param nodes starts gateways and clients
 */
record Context(
        InputStream in,
        PrintStream out,
        PrintStream err,
        ControlPaths sockets,
        boolean trace,
        Entropy entropy,
        Nodes nodes) {}
