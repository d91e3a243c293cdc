package jumpvpn.lab.netns;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.KeyPair;
import jumpvpn.node.host.SystemEntropy;
import jumpvpn.node.security.CryptoChoice;
import org.jspecify.annotations.Nullable;

/** The product's gateway and, as its client, one process that has many sessions: a file tells it a private key and an inner address for each. */
final class Crowd implements Vpn {
    private static final int FIRST_ADDRESS = 0x0a4d_0100; // 10.77.1.0
    private static final String HEAP = "-Xmx512m";

    private final Workspace workspace;
    private final Product gateway;
    private final String client;
    private final Path members;
    private final String gatewayKey;

    private Crowd(Workspace workspace, Product gateway, String client, Path members) throws IOException {
        this.workspace = workspace;
        this.gateway = gateway;
        this.client = client;
        this.members = members;
        this.gatewayKey = gateway.publicKey(Product.Role.GATEWAY);
    }

    /** Makes the keys and writes the gateway's configuration; {@code client}: the main class of the other end, which gets the file, its outer address and device, the gateway's public key and its endpoint. */
    static Crowd prepare(Workspace workspace, int sessions, String client) throws IOException {
        Crypto crypto = CryptoChoice.best().crypto(new SystemEntropy());
        List<Product.Member> known = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < sessions; i++) {
            KeyPair key = KeyPair.generate(crypto);
            known.add(new Product.Member("client" + i, text(key.publicKey()), address(i)));
            lines.add(text(key.privateKey()) + " " + address(i));
        }
        Path members = Files.write(workspace.file("members"), lines, StandardCharsets.US_ASCII);
        Product gateway = Product.gateway(workspace, JavaCommand.product(), "10.77.0.1/16", known);
        return new Crowd(workspace, gateway, client, members);
    }

    private static String text(byte[] key) {
        return Base64.getEncoder().encodeToString(key);
    }

    /** The inner address of a session, counted from 0. */
    static String address(int session) {
        return IpAddress.v4(FIRST_ADDRESS + session).toString();
    }

    Product gateway() {
        return gateway;
    }

    @Override
    public Process start(Product.Role role, Namespace namespace) throws IOException {
        if (role == Product.Role.GATEWAY) {
            return gateway.start(role, namespace);
        }
        String endpoint = Topology.GATEWAY_ADDRESS + ":" + Product.PORT;
        List<String> line = JavaCommand.current()
                .line(
                        client,
                        List.of(members.toString(), DirectLink.CLIENT_ADDRESS, DirectLink.CABLE, gatewayKey, endpoint));
        line.add(line.indexOf("-cp"), HEAP);
        return workspace.startLogged(namespace.command(line), role.log());
    }

    @Override
    public boolean listens() {
        return gateway.listens();
    }

    @Override
    public Map<String, @Nullable Object> status(Product.Role role) throws IOException {
        return role == Product.Role.GATEWAY ? gateway.status(role) : Vpn.super.status(role);
    }

    @Override
    public String logTail(Product.Role role) throws IOException {
        return gateway.logTail(role);
    }
}
