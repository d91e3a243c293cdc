package jumpvpn.lab.netns;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.ExecutionException;

/** One quiet TCP connection through the tunnel, made by {@code curl telnet://}: a line goes out, the server echoes it. */
final class EchoConnection {
    private final BufferedWriter out;
    private final BufferedReader in;

    private EchoConnection(Process curl) {
        out = curl.outputWriter(StandardCharsets.US_ASCII);
        in = curl.inputReader(StandardCharsets.US_ASCII);
    }

    static EchoConnection open(Namespace client) throws IOException {
        String url = "telnet://%s:%d".formatted(Topology.SERVER_ADDRESS, PayloadServer.ECHO_PORT);
        return new EchoConnection(client.start("echo.log", List.of("curl", "-sS", "-N", "--noproxy", "*", "--connect-timeout", "10", url)));
    }

    /** True if a line sent now comes back within ten seconds on the same connection. */
    boolean echoes(String line) {
        try {
            out.write(line + "\n");
            out.flush();
            String answer = CompletableFuture.supplyAsync(() -> {
                        try {
                            return String.valueOf(in.readLine());
                        } catch (IOException e) {
                            return "";
                        }
                    })
                    .get(10, TimeUnit.SECONDS);
            return answer.equals(line);
        } catch (IOException | ExecutionException | TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
