package jumpvpn.node.host;

import java.io.IOException;

/** Puts one change of the machine back. A second close does nothing; neither does a close after the thing has vanished by itself, for instance with its interface. */
@FunctionalInterface
public interface Undo extends AutoCloseable {
    @Override
    void close() throws IOException;
}
