package jumpvpn.node.config;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a gateway's and a client's file have in common. */
public sealed interface NodeConfig permits GatewayConfig, ClientConfig {
    /** The file itself. */
    Path file();

    /** The node's name, fit to be a file's name. */
    String name();

    /** The node's own key. */
    NodeKey privateKey();

    /** Where the control socket shall be; null: the default place. */
    @Nullable
    Path control();

    /** The file that events are appended to; null: none. */
    @Nullable
    Path events();

    /** What seals that file; null: nothing does. */
    @Nullable
    NodeKey eventsKey();

    /** Whose ciphers it shall use. */
    CryptoLibrary crypto();

    /** How it carries packets. */
    Packets packets();

    /** The page that shows it; null: none. */
    @Nullable
    Dashboard dashboard();
    /** What leaves it for monitoring. */
    Exports exports();

    /** What works but deserves a word, each {@code file:line: …}. */
    List<String> warnings();

    /**
     * Reads a file of either kind.
     *
     * @throws ConfigException if it can't be used as it is
     */
    static NodeConfig load(Path file) throws ConfigException {
        ConfigFile opened = ConfigFile.open(file);
        return opened.isClient() ? ClientFile.read(opened) : GatewayFile.read(opened);
    }
}
