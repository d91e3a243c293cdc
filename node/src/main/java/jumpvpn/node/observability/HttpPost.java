package jumpvpn.node.observability;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Posts to HTTP servers, each attempt within 10 s, and knows which answers mean to try again. Follows no redirection. */
public final class HttpPost {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int MOST_SAID = 200;

    private final HttpClient client;
    private final @Nullable String token;

    /**
     * Opens nothing yet.
     *
     * @param tls whom to trust over https
     * @param token sent as {@code Authorization: Bearer}; null: nothing
     */
    public HttpPost(SSLContext tls, @Nullable String token) {
        this.token = token;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(TIMEOUT)
                .sslContext(tls)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
    }

    /**
     * Posts and waits for the answer.
     *
     * @return the answer's body
     * @throws IOException if it may help to try again: no answer, 408, 425, 429, 5xx
     * @throws Exporter.RefusedException on any other answer than 2xx
     */
    public byte[] post(URI url, String contentType, byte[] body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(url)
                .timeout(TIMEOUT)
                .header("Content-Type", contentType)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        HttpResponse<byte[]> answer;
        try {
            answer = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw new IOException("cannot post to " + url + " (" + why + ")", e);
        }
        int status = answer.statusCode();
        if (status / 100 == 2) {
            return answer.body();
        }
        String said = url + " answered " + status + " " + printable(answer.body());
        throw status >= 500 || status == 408 || status == 425 || status == 429
                ? new IOException(said)
                : new Exporter.RefusedException(said);
    }

    private static String printable(byte[] body) {
        String text = new String(body, 0, Math.min(body.length, MOST_SAID), java.nio.charset.StandardCharsets.UTF_8);
        return text.replaceAll("[^\\x20-\\x7e]+", " ").strip();
    }

    /** Gives connections back. */
    public void close() {
        client.shutdownNow();
    }
}
