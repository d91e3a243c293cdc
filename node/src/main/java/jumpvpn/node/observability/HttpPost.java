package jumpvpn.node.observability;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Posts to HTTP servers, each attempt within 10 s, and knows which answers mean to try again. Follows no redirection. */
public final class HttpPost {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int MOST_KEPT = 1024;
    private static final int MOST_SAID = 200;

    private final HttpClient client;
    private final @Nullable String token;
    private final Duration most;

    /**
     * Opens nothing yet.
     *
     * @param tls whom to trust over https
     * @param token sent as {@code Authorization: Bearer}; null: nothing
     */
    public HttpPost(SSLContext tls, @Nullable String token) {
        this(tls, token, TIMEOUT);
    }

    HttpPost(SSLContext tls, @Nullable String token, Duration most) {
        this.token = token;
        this.most = most;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(most)
                .sslContext(tls)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
    }

    /**
     * Posts and waits for the whole answer.
     *
     * @return the answer's beginning
     * @throws IOException if it may help to try again: no answer, 408, 425, 429, 5xx
     * @throws Exporter.RefusedException on any other answer than 2xx
     */
    public byte[] post(URI url, String contentType, byte[] body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(url)
                .header("Content-Type", contentType)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        HttpResponse<byte[]> answer = answer(request.build());
        int status = answer.statusCode();
        if (status / 100 == 2) {
            return answer.body();
        }
        String said = url + " answered " + status + " " + printable(answer.body());
        throw status >= 500 || status == 408 || status == 425 || status == 429
                ? new IOException(said)
                : new Exporter.RefusedException(said);
    }

    /** A request's own timeout would end at the answer's headers, and a body that never ends would hold the sink. */
    private HttpResponse<byte[]> answer(HttpRequest request) throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<byte[]>> attempt = client.sendAsync(request, _ -> beginning());
        try {
            return attempt.get(most.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException("cannot post to " + request.uri() + " (request timed out)", e);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof IOException cause)) {
                throw new IllegalStateException(e);
            }
            String why = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
            throw new IOException("cannot post to " + request.uri() + " (" + why + ")", cause);
        } finally {
            attempt.cancel(true);
        }
    }

    /** Keeps what may be of use of a body and drops the rest, however long it is. */
    private static HttpResponse.BodySubscriber<byte[]> beginning() {
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        return HttpResponse.BodySubscribers.mapping(
                HttpResponse.BodySubscribers.ofByteArrayConsumer(part ->
                        part.ifPresent(bytes -> kept.write(bytes, 0, Math.min(bytes.length, MOST_KEPT - kept.size())))),
                _ -> kept.toByteArray());
    }

    private static String printable(byte[] body) {
        String text = new String(body, 0, Math.min(body.length, MOST_SAID), StandardCharsets.UTF_8);
        return text.replaceAll("[^\\x20-\\x7e]+", " ").strip();
    }

    /** Gives connections back. */
    public void close() {
        client.shutdownNow();
    }
}
