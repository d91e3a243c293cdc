package jumpvpn.lab.netns;

import java.io.IOException;

/** A VPN beside which ours is measured: nobody can ask it anything, its log says when it is ready. */
abstract class Peer implements Vpn {
    final Workspace workspace;
    private final String ready;

    /** @param ready what its gateway writes into its log once it can be connected to */
    Peer(Workspace workspace, String ready) {
        this.workspace = workspace;
        this.ready = ready;
    }

    @Override
    public final boolean listens() {
        return gatewaySays(ready);
    }

    @Override
    public final String logTail(Product.Role role) throws IOException {
        return Namespace.tail(workspace.file(role.log()));
    }
}
