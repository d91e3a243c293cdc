package jumpvpn.node.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import jumpvpn.node.config.ConfigException;
import jumpvpn.node.config.GatewayConfig;

/** A gateway's file for tests: gw1, with one client. */
final class GatewayFiles {
    static final String CLIENT = "laptop";
    private static final String KEY = "YAnlLDHkOeHXVm3zXMZGqvqYqPSEq1Gm9gvuFOYDJVE=";

    private GatewayFiles() {}

    /** With more sections. */
    static GatewayConfig load(Path folder, String more) throws IOException, ConfigException {
        Path key = folder.resolve("gw1.key");
        if (!Files.exists(key)) {
            Files.createFile(key, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(key, KEY + "\n");
        }
        return GatewayConfig.load(Files.writeString(folder.resolve("gateway.toml"), """
                [gateway]
                name        = "gw1"
                private-key = "gw1.key"
                listen      = ["udp://0.0.0.0:4500"]
                [network]
                interface   = "jvpn0"
                address     = ["10.77.0.1/24"]
                [[client]]
                name        = "%s"
                public-key  = "%s"
                %s""".formatted(CLIENT, KEY, more)));
    }
}
