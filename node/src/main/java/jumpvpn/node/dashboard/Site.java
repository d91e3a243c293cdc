package jumpvpn.node.dashboard;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import jumpvpn.node.observability.jsonl.Json;
import jumpvpn.node.observability.jsonl.JsonWriter;
import jumpvpn.node.runtime.Log;
import org.jspecify.annotations.Nullable;

/** Answers HTTP: first whether the request is ours at all, then the page's files, then, to who bears the token, the API. A virtual thread a request. */
final class Site implements HttpHandler {
    private static final int MOST_BODY_BYTES = 4096;
    private static final String JSON = "application/json";
    private static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none';"
                    + " form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
            "X-Content-Type-Options",
            "nosniff",
            "X-Frame-Options",
            "DENY",
            "Referrer-Policy",
            "no-referrer",
            "Cross-Origin-Opener-Policy",
            "same-origin",
            "Cross-Origin-Resource-Policy",
            "same-origin",
            "Cache-Control",
            "no-store");

    private final Access access;
    private final Api api;
    private final Log log;
    private final Pages pages = new Pages();

    Site(Access access, Api api, Log log) {
        this.access = access;
        this.api = api;
        this.log = log;
    }

    @Override
    public void handle(HttpExchange exchange) {
        try (exchange) {
            HEADERS.forEach(exchange.getResponseHeaders()::set);
            answer(exchange);
        } catch (IOException e) {
            // The viewer has gone: its loss.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            log.bug("a request to the dashboard failed", e);
        }
    }

    private void answer(HttpExchange exchange) throws IOException, InterruptedException {
        Headers headers = exchange.getRequestHeaders();
        String path = exchange.getRequestURI().getPath();
        if (!Access.isForUs(headers)) {
            refuse(exchange, 403, "this is for pages of this machine: open it as http://localhost or http://127.0.0.1");
        } else if (path.startsWith("/api/")) {
            question(exchange, path);
        } else if (!exchange.getRequestMethod().equals("GET")) {
            refuse(exchange, 405, "use GET");
        } else {
            Optional<Pages.Page> page = pages.find(path);
            if (page.isPresent()) {
                send(exchange, 200, page.get().type(), page.get().bytes());
            } else {
                refuse(exchange, 404, "there is no such page");
            }
        }
    }

    private void question(HttpExchange exchange, String path) throws IOException, InterruptedException {
        Headers headers = exchange.getRequestHeaders();
        String method = path.equals("/api/act") || path.equals("/api/login") ? "POST" : "GET";
        if (!Access.isOurs(headers)) {
            refuse(exchange, 403, "another site's page asked");
        } else if (!exchange.getRequestMethod().equals(method)) {
            refuse(exchange, 405, "use " + method);
        } else if (path.equals("/api/login")) {
            login(exchange);
        } else if (!access.isKnown(headers)) {
            refuse(exchange, 401, "no token, or a wrong one");
        } else {
            api(exchange, path);
        }
    }

    private void api(HttpExchange exchange, String path) throws IOException, InterruptedException {
        Map<String, String> asked = parameters(exchange.getRequestURI().getRawQuery());
        switch (path) {
            case "/api/live" -> live(exchange);
            case "/api/view" -> found(exchange, api.view(asked));
            case "/api/sessions" -> found(exchange, api.sessions(asked));
            case "/api/session" -> found(exchange, api.session(asked));
            case "/api/security" -> found(exchange, api.security());
            case "/api/cluster" -> found(exchange, api.cluster());
            case "/api/act" -> found(exchange, api.act(body(exchange)));
            default -> refuse(exchange, 404, "there is no such question");
        }
    }

    private void login(HttpExchange exchange) throws IOException {
        Optional<String> token;
        try {
            token = Json.parse(body(exchange)) instanceof Json.Fields fields
                    ? access.redeem(fields.text("link").orElse(""))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            token = Optional.empty();
        }
        if (token.isPresent()) {
            found(
                    exchange,
                    new JsonWriter()
                            .beginObject()
                            .field("token", token.get())
                            .endObject()
                            .toString());
        } else {
            refuse(exchange, 401, "this link was used, or is of an earlier start");
        }
    }

    private void live(HttpExchange exchange) throws IOException, InterruptedException {
        String id = api.enter();
        if (id == null) {
            refuse(exchange, 503, "too many pages are open: close one of " + Viewers.MOST);
            return;
        }
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        api.stream(id, exchange.getResponseBody());
    }

    private static String body(HttpExchange exchange) throws IOException {
        byte[] bytes = exchange.getRequestBody().readNBytes(MOST_BODY_BYTES);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static Map<String, String> parameters(@Nullable String query) {
        Map<String, String> parameters = new HashMap<>();
        for (String part : query == null ? new String[0] : query.split("&", 32)) {
            int equals = part.indexOf('=');
            if (equals > 0) {
                try {
                    parameters.put(
                            part.substring(0, equals),
                            URLDecoder.decode(part.substring(equals + 1), StandardCharsets.UTF_8));
                } catch (IllegalArgumentException e) {
                    // Not said in a way that means anything.
                }
            }
        }
        return parameters;
    }

    private static void found(HttpExchange exchange, @Nullable String json) throws IOException {
        if (json == null) {
            refuse(exchange, 404, "it is not there, or no longer");
        } else {
            send(exchange, 200, JSON, json.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void refuse(HttpExchange exchange, int status, String text) throws IOException {
        String json =
                new JsonWriter().beginObject().field("error", text).endObject().toString();
        send(exchange, status, JSON, json.getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] bytes) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
