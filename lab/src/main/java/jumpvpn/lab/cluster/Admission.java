package jumpvpn.lab.cluster;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import jumpvpn.lab.netns.Json;
import org.jspecify.annotations.Nullable;

/** Clients that are in no file: a gateway is told of each as {@code jumpvpn client add} tells it, and the store tells the others. */
final class Admission {
    private static final int MOST_REPLY_BYTES = 4096;
    /** A control socket hears 16 at a time. */
    private static final int TOGETHER = 12;

    private Admission() {}

    /**
     * A client.
     *
     * @param publicKey in Base64
     */
    record Client(String name, String publicKey, String address) {}

    /** Tells the gateway with this control socket of all of them, some at a time: each waits for the store. */
    static void tell(Path control, List<Client> clients) throws IOException {
        try (ExecutorService workers = Executors.newFixedThreadPool(TOGETHER)) {
            List<Future<?>> told = new ArrayList<>();
            for (Client client : clients) {
                told.add(workers.submit(() -> {
                    tell(control, client);
                    return client;
                }));
            }
            await(workers, told);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        }
    }

    private static void await(ExecutorService workers, List<Future<?>> told)
            throws ExecutionException, InterruptedException {
        try {
            for (Future<?> one : told) {
                one.get();
            }
        } catch (ExecutionException | InterruptedException e) {
            workers.shutdownNow();
            throw e;
        }
    }

    /** What the store does not take at once the gateway asks it for again. */
    private static void tell(Path control, Client client) throws IOException {
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
        ByteBuffer reply = ByteBuffer.allocate(MOST_REPLY_BYTES);
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(control))) {
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)));
            while (channel.read(reply) > 0 && reply.get(reply.position() - 1) != '\n') {
                // a line has an end
            }
        }
        String said = new String(reply.array(), 0, reply.position(), StandardCharsets.UTF_8);
        Map<String, @Nullable Object> answer = Json.object(said);
        if (!Boolean.TRUE.equals(answer.get("ok")) && !"STORE_UNAVAILABLE".equals(answer.get("reason"))) {
            throw new IOException(client.name + " is not admitted: " + said);
        }
    }
}
