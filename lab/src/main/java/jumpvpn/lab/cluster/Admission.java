package jumpvpn.lab.cluster;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import jumpvpn.lab.netns.Json;

/** Clients that are in no file: a gateway is told of each as {@code jumpvpn client add} tells it, and the store tells the others. */
final class Admission {
    private static final int MOST_REPLY_BYTES = 4096;

    private Admission() {}

    /**
     * A client.
     *
     * @param publicKey in Base64
     */
    record Client(String name, String publicKey, String address) {}

    /** Tells the gateway with this control socket of all of them, one after the other. */
    static void tell(Path control, List<Client> clients) throws IOException {
        ByteBuffer reply = ByteBuffer.allocate(MOST_REPLY_BYTES);
        for (Client client : clients) {
            String request = Json.write(Map.of(
                            "command",
                            "admit",
                            "client",
                            client.name,
                            "key",
                            client.publicKey,
                            "addresses",
                            List.of(client.address)))
                    + "\n";
            try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(control))) {
                channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)));
                reply.clear();
                while (channel.read(reply) > 0 && reply.get(reply.position() - 1) != '\n') {
                    // a line has an end
                }
            }
            String said = new String(reply.array(), 0, reply.position(), StandardCharsets.UTF_8);
            if (!Boolean.TRUE.equals(Json.object(said).get("ok"))) {
                throw new IOException(client.name + " is not admitted: " + said);
            }
        }
    }
}
